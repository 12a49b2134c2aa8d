// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import org.jspecify.annotations.Nullable;

/**
 * A real part could not be found, fetched or started; the message says which, why, and what its log
 * said.
 */
public final class PartsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PartsException(String message) {
    super(message);
  }

  PartsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
