// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import java.io.Serial;

/** Bytes that are not a plan that this version understands. */
public final class PlanFormatException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  PlanFormatException(String message) {
    super(message);
  }

  PlanFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
