// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.common.types.CelKind;

/** What an expression must yield. */
public enum ResultType {
  /** A condition: true or false. */
  BOOL,
  /** A part of a limit's key: string, int, uint, bool, or a claim that holds one of them. */
  KEY_PART,
  /** What a request is charged: int or uint. */
  COST;

  boolean accepts(CelKind kind) {
    return switch (this) {
      case BOOL -> kind == CelKind.BOOL;
      case KEY_PART ->
          kind == CelKind.STRING
              || kind == CelKind.INT
              || kind == CelKind.UINT
              || kind == CelKind.BOOL
              || kind == CelKind.DYN;
      case COST -> kind == CelKind.INT || kind == CelKind.UINT;
    };
  }
}
