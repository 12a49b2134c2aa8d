// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import java.io.Serial;

/** A reader accepted what it must refuse, or two readers of one text disagree. */
final class BrokenPromiseError extends AssertionError {
  @Serial private static final long serialVersionUID = 1L;

  BrokenPromiseError(String message) {
    super(message);
  }
}
