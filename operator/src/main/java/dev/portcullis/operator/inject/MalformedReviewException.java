// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import org.jspecify.annotations.Nullable;

/** What came is not a question that an API server asks. */
final class MalformedReviewException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedReviewException(String message) {
    this(message, null);
  }

  MalformedReviewException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
