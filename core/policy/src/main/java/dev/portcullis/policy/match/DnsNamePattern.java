// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.regex.Pattern;

/**
 * A pattern of the DNS names by which certificates name their owners: {@code api.example.com} for
 * one, or {@code *.example.com} for those with one label more. The star stands alone at the left,
 * for exactly one label.
 *
 * @param text in lower case, at most {@value #MAX_LENGTH} characters
 */
public record DnsNamePattern(String text) {
  /** The longest pattern, in characters, as DNS has it. */
  public static final int MAX_LENGTH = 253;

  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern FORM =
      Pattern.compile("(?<star>\\*\\.)?(?<name>" + LABEL + "(\\." + LABEL + ")*)");

  /**
   * Checks a pattern.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public DnsNamePattern {
    require(
        text.length() <= MAX_LENGTH,
        text.substring(0, Math.min(40, text.length())) + "…",
        "is longer than 253 characters");
    var parts = FORM.matcher(text);
    require(
        parts.matches(),
        text,
        "is none: labels of lower-case letters, digits and dashes, and at most one * as the whole"
            + " first label");
    require(
        parts.group("star") == null || parts.group("name").indexOf('.') > 0,
        text,
        "means everybody below a top-level domain");
  }

  /** Reads a pattern; the same as the constructor. */
  public static DnsNamePattern parse(String text) {
    return new DnsNamePattern(text);
  }

  /**
   * Whether the pattern means this name. A name that is a pattern itself, as servers' certificates
   * have them, is meant by nobody: its owner is not one host.
   *
   * @param name in lower case
   */
  public boolean matches(String name) {
    if (text.charAt(0) != '*') {
      return text.equals(name);
    }
    int label = name.length() - (text.length() - 1);
    return label > 0 && name.endsWith(text.substring(1)) && isLabel(name, label);
  }

  private static boolean isLabel(String name, int end) {
    for (int i = 0; i < end; i++) {
      char c = name.charAt(i);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
        return false;
      }
    }
    return true;
  }

  private static void require(boolean condition, String text, String problem) {
    if (!condition) {
      throw new IllegalArgumentException("DNS name \"" + text + "\" " + problem);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
