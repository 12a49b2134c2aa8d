// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import java.io.Serial;

/** The operator cannot start; the message says what, where and how to mend it. */
final class StartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
