// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import java.io.Serial;

/**
 * The machine does not give what was asked for; the message says what, where and how to mend it.
 */
public final class EnvironmentException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** Says what the machine does not give. */
  public EnvironmentException(String message) {
    super(message);
  }
}
