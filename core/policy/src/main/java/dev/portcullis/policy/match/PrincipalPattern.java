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

  /*
   * The usual walk for stars: at a difference, the last star takes one character more. A star that
   * lies before an earlier segment is never asked again, since it may not take a slash; so the work
   * is at most the pattern's longest segment times the identity's length, both of them bounded, and
   * a pattern without stars is one pass.
   */
  /** Whether the pattern means this workload. Allocates nothing. */
  public boolean matches(Principal id) {
    String value = id.value();
    int at = 0;
    int star = -1;
    int resume = 0;
    int i = 0;
    while (i < value.length()) {
      char c = value.charAt(i);
      char wanted = at < text.length() ? text.charAt(at) : '\0';
      if (wanted == '*') {
        star = at++;
        resume = i;
      } else if (wanted == c) {
        // A slash ends the reach of the star before it.
        star = c == '/' ? -1 : star;
        at++;
        i++;
      } else if (star >= 0 && value.charAt(resume) != '/') {
        at = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
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
