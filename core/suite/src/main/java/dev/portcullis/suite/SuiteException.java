// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.io.Serial;

/** A suite that cannot be read or run; the message is one line that says where and why. */
public final class SuiteException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  SuiteException(String message) {
    super(message);
  }
}
