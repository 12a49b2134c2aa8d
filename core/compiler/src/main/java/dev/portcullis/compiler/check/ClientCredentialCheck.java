// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import java.nio.charset.StandardCharsets;

/**
 * Checks one half of a client's credentials at an authorization server: its name or its secret (RFC
 * 6749 appendix A.1 and A.2).
 */
public final class ClientCredentialCheck {
  private static final int MAX_LENGTH = 512;

  private ClientCredentialCheck() {}

  /** Why it cannot be one, as the rest of a sentence that shows nothing of it; empty: it can be. */
  public static String refusal(byte[] material) {
    String text = new String(material, StandardCharsets.ISO_8859_1);
    if (text.isEmpty()) {
      return "is empty";
    }
    if (text.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    if (text.endsWith("\n")) {
      return "ends with a line break";
    }
    return text.chars().allMatch(c -> c >= ' ' && c <= '~')
        ? ""
        : "has characters other than printable ASCII";
  }
}
