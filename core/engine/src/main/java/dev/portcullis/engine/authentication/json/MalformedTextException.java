// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.json;

/** A text is not what it must be; says what, never shows the text. Carries no stack trace. */
public final class MalformedTextException extends Exception {
  private static final long serialVersionUID = 1;

  /** Made without a stack trace, because clients cause it at will. */
  public MalformedTextException(String message) {
    super(message, null, false, false);
  }
}
