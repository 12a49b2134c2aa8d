// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.log;

/** The keys of this process's log lines. */
public final class LogKeys {
  public static final String ADDRESS = "address";
  public static final String BUILT = "built";
  public static final String CAUSE = "cause";
  public static final String COUNT = "count";
  public static final String FILE = "file";
  public static final String KEY = "key";
  public static final String NAME = "name";
  public static final String NAMESPACE = "namespace";
  public static final String OPERATOR = "operator";
  public static final String PEER = "peer";
  public static final String RETRY_MILLIS = "retryMillis";
  public static final String ROUTES = "routes";
  public static final String TYPE = "type";
  public static final String URI = "uri";

  private LogKeys() {}
}
