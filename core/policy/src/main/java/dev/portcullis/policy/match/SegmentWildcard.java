// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

/** Stars that stand for any characters of one segment, none included. */
final class SegmentWildcard {
  private SegmentWildcard() {}

  /*
   * The usual walk for stars: at a difference, the last star takes one character more. A star that
   * lies before an earlier segment is never asked again, since it may not take what ends segments;
   * so the work is at most the pattern's longest segment times the value's length, both of them
   * bounded, and a pattern without stars is one pass.
   */
  /**
   * Whether a pattern means a value. Allocates nothing.
   *
   * @param ends characters that no star stands for
   */
  static boolean matches(String pattern, String value, String ends) {
    int at = 0;
    int star = -1;
    int resume = 0;
    int i = 0;
    while (i < value.length()) {
      char c = value.charAt(i);
      boolean more = at < pattern.length();
      if (more && pattern.charAt(at) == '*') {
        star = at++;
        resume = i;
      } else if (more && pattern.charAt(at) == c) {
        // What ends a segment ends the reach of the star before it.
        star = ends.indexOf(c) >= 0 ? -1 : star;
        at++;
        i++;
      } else if (star >= 0 && ends.indexOf(value.charAt(resume)) < 0) {
        at = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
