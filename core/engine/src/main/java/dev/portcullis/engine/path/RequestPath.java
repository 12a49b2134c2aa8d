// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

/**
 * A path with one meaning, decoded once, cut into segments at its slashes.
 *
 * <p>{@code /orders/17} has the segments {@code orders} and {@code 17}; {@code /orders/} has {@code
 * orders} and the empty one; {@code /} has the empty one only.
 */
public final class RequestPath {
  private final String text;
  // Where segments end, the first of them starting at 1.
  private final int[] ends;
  private final int count;

  RequestPath(String text, int[] ends, int count) {
    this.text = text;
    this.ends = ends;
    this.count = count;
  }

  /** The decoded path, starting with a slash. */
  public String text() {
    return text;
  }

  /** Number of segments, at least 1. */
  int count() {
    return count;
  }

  /** Whether a slash ends it that does not begin it as well. */
  boolean endsWithSlash() {
    return count > 1 && length(count - 1) == 0;
  }

  /** The same path without the slash that ends it. */
  RequestPath withoutTrailingSlash() {
    return new RequestPath(text, ends, count - 1);
  }

  private int start(int segment) {
    return segment == 0 ? 1 : ends[segment - 1] + 1;
  }

  int length(int segment) {
    return ends[segment] - start(segment);
  }

  boolean segmentEquals(int segment, String literal) {
    return length(segment) == literal.length() && text.startsWith(literal, start(segment));
  }

  boolean segmentMatches(int segment, String prefix, String suffix) {
    return length(segment) >= prefix.length() + suffix.length()
        && text.startsWith(prefix, start(segment))
        && text.startsWith(suffix, ends[segment] - suffix.length());
  }

  String segment(int segment) {
    return text.substring(start(segment), ends[segment]);
  }

  @Override
  public String toString() {
    return text;
  }
}
