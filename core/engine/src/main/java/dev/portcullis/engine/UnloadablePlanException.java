// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

/** A route plan that cannot be loaded; the message says which part and why, for operators. */
public final class UnloadablePlanException extends Exception {
  private static final long serialVersionUID = 1;

  /** Says which part of the plan cannot be loaded and why. */
  public UnloadablePlanException(String message) {
    super(message);
  }

  /** Says which part of the plan cannot be loaded and why. */
  public UnloadablePlanException(String message, Throwable cause) {
    super(message, cause);
  }
}
