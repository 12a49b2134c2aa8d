// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.io.Serial;

/** A file of the certificate authority that cannot be used; the message says which and why. */
public final class IdentityFileException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public IdentityFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
