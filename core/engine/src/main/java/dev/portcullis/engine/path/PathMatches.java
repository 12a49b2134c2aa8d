// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

/**
 * Which patterns of an index a path matches.
 *
 * <p>What restricts (deny rules, limits, bot scores) asks leniently: a trailing slash does not
 * matter to it, because it does not matter to many applications, and {@code /login/} must not slip
 * past the limit on {@code /login}. What permits asks exactly.
 */
public final class PathMatches {
  private final long[] exact;
  private final long[] lenient;

  PathMatches(long[] exact, long[] lenient) {
    this.exact = exact;
    this.lenient = lenient;
  }

  /** Whether the path matches the pattern, or does so without a slash that ends it. */
  boolean has(int pattern, boolean leniently) {
    long[] words = leniently ? lenient : exact;
    return (words[pattern >>> 6] & 1L << pattern) != 0;
  }
}
