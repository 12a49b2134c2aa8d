// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

/**
 * Quotes what a user wrote, so that it can stand in a message: shortened, and without characters
 * that a terminal would obey.
 */
public final class Quote {
  private static final int MAX = 80;

  private Quote() {}

  /** The text in double quotes; at most 80 characters of it, control characters escaped. */
  public static String of(String text) {
    StringBuilder out = new StringBuilder("\"");
    int end = Math.min(text.length(), MAX);
    for (int i = 0; i < end; i++) {
      append(out, text.charAt(i));
    }
    return out.append(text.length() > MAX ? "…\"" : "\"").toString();
  }

  /** One line of a library's message: control characters escaped, at most 400 characters. */
  public static String line(String text) {
    StringBuilder out = new StringBuilder();
    int end = Math.min(text.length(), 5 * MAX);
    for (int i = 0; i < end; i++) {
      append(out, text.charAt(i) == '\n' ? ' ' : text.charAt(i));
    }
    return out.append(text.length() > end ? "…" : "").toString();
  }

  /** The text with control characters escaped, however long it is. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      append(out, text.charAt(i));
    }
    return out.toString();
  }

  private static void append(StringBuilder out, char c) {
    int type = Character.getType(c);
    if (type == Character.CONTROL || type == Character.FORMAT || Character.isSurrogate(c)) {
      out.append(String.format("\\u%04x", (int) c));
    } else {
      out.append(c);
    }
  }
}
