// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

/** What a user wrote, fit for a message: on one line, and of a bounded length. */
final class Quoted {
  private static final int MAX = 64;

  private Quoted() {}

  static String of(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.codePoints()
        .limit(MAX)
        .map(point -> point < 0x20 || (point >= 0x7f && point < 0xa0) ? '?' : point)
        .forEach(out::appendCodePoint);
    return out.append(text.codePointCount(0, text.length()) > MAX ? "…\"" : "\"").toString();
  }
}
