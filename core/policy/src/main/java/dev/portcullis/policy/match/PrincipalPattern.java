// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

/**
 * A pattern of workload identities: a {@link Principal} in whose path a {@code *} stands for any
 * characters of its segment, none included. A star never stands for a slash, and the trust domain
 * is meant literally. As no segment of an identity is empty, {@code *} alone is one whole segment.
 *
 * @param text as the user wrote it, at most {@value #MAX_LENGTH} characters
 */
public record PrincipalPattern(String text) {
  /** The longest pattern, in characters. */
  public static final int MAX_LENGTH = 1024;

  /**
   * Checks a pattern.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public PrincipalPattern {
    require(
        text.length() <= MAX_LENGTH,
        text.substring(0, Math.min(40, text.length())) + "…",
        "is longer than 1024 characters");
    require(text.startsWith(Principal.SCHEME), text, "does not begin with spiffe://");
    int path = Principal.pathStart(text);
    require(path >= 0, text, "has no path after its trust domain");
    require(
        Principal.isTrustDomain(text, path),
        text,
        "has a trust domain with other characters than lower-case letters, digits, dots, dashes and"
            + " underscores");
    checkPath(text, path + 1);
  }

  private static void checkPath(String text, int path) {
    int segment = path;
    for (int i = segment; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == '/') {
        require(i > segment, text, "has an empty segment");
        require(!Principal.isDots(text, segment, i), text, "has a segment . or ..");
        segment = i + 1;
      } else {
        char c = text.charAt(i);
        require(
            c == '*' || Principal.isSegmentCharacter(c),
            text,
            "has a path with other characters than letters, digits, dots, dashes, underscores and"
                + " *");
        require(
            c != '*' || i == segment || text.charAt(i - 1) != '*',
            text,
            "has a **, but a * stands for one segment at most");
      }
    }
  }

  /** Reads a pattern; the same as the constructor. */
  public static PrincipalPattern parse(String text) {
    return new PrincipalPattern(text);
  }

  /** The trust domain whose workloads are meant. */
  public String trustDomain() {
    return text.substring(Principal.SCHEME.length(), Principal.pathStart(text));
  }

  /** Whether the pattern means this workload. Allocates nothing. */
  public boolean matches(Principal id) {
    return SegmentWildcard.matches(text, id.value(), "/");
  }

  private static void require(boolean condition, String text, String problem) {
    if (!condition) {
      throw new IllegalArgumentException("principal \"" + text + "\" " + problem);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
