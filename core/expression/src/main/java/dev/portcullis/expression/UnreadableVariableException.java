// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

/** A variable, or an entry of one, that has no single value for this request. */
public final class UnreadableVariableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says what cannot be read and why. Has no stack trace: requests cause it, at will. */
  public UnreadableVariableException(String message) {
    super(message, null, false, false);
  }
}
