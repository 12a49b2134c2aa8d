// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import java.io.Serial;

/** A check that does not say what the decision needs. Carries no stack trace. */
public final class UnreadableCheckException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  UnreadableCheckException(String message) {
    super(message, null, false, false);
  }
}
