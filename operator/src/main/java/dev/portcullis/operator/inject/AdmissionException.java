// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import org.jspecify.annotations.Nullable;

/** There is no answer, for a reason that is not the object's. */
public final class AdmissionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AdmissionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
