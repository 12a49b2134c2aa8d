// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

/** The shared store gives no answer that can be used. Its message shows no key and no value. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Of this message. */
  public StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
