// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

/** A part of a request that cannot be read in exactly one way; the message is safe for clients. */
public final class MalformedRequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says what is malformed. Has no stack trace: clients cause it, at will. */
  public MalformedRequestException(String message) {
    super(message, null, false, false);
  }
}
