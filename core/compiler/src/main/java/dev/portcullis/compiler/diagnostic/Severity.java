// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import java.util.Locale;

/** How much a diagnostic matters. */
public enum Severity {
  /** The policy, or the document, is not accepted. */
  ERROR,
  /** It is accepted and probably does not mean what its author thinks. */
  WARNING,
  /** Good to know. */
  NOTE;

  /** {@code error}, {@code warning} or {@code note}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
