// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import java.io.IOException;
import java.io.Serial;

/** A file is no database that can be used; the message says why. */
final class CorruptDatabaseException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  CorruptDatabaseException(String message) {
    super(message);
  }
}
