// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

/** When an expression is evaluated, and so what it may read. */
public enum Stage {
  /** Before anybody is identified: nothing of {@code auth} and {@code bot}. */
  FLOOD,
  /** When the caller is known and the request is scored: everything. */
  IDENTIFIED;

  /** Whether an expression of this stage may read the variable. */
  public boolean mayRead(Variable variable) {
    return switch (this) {
      case FLOOD -> !variable.needsIdentity();
      case IDENTIFIED -> true;
    };
  }
}
