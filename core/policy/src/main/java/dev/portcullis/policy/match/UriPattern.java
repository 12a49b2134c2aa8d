// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.regex.Pattern;

/**
 * A pattern of the URIs by which certificates name their owners: a URI in which a {@code *} stands
 * for any characters, none included, but for those that divide a URI ({@code / : ? # @}). The
 * scheme is meant literally, and so is the authority of a URI that has one. URIs are compared
 * character by character, as they stand in the certificate.
 *
 * <p>SPIFFE IDs are none of these: who may name a workload is a question of its own, see {@link
 * PrincipalPattern}.
 *
 * @param text as the user wrote it, at most {@value #MAX_LENGTH} characters
 */
public record UriPattern(String text) {
  /** The longest pattern, in characters. */
  public static final int MAX_LENGTH = 1024;

  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9+.-]*:[\\x21-\\x7E]+");
  private static final String ENDS = "/:?#@";

  /**
   * Checks a pattern.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public UriPattern {
    require(
        text.length() <= MAX_LENGTH,
        text.substring(0, Math.min(40, text.length())) + "…",
        "is longer than 1024 characters");
    require(
        FORM.matcher(text).matches(),
        text,
        "is no URI: a scheme in lower case, a colon and then characters of ASCII without spaces");
    require(
        !text.startsWith("spiffe:"), text, "is the identity of a workload: principals name those");
    require(
        text.indexOf('*') < 0 || text.indexOf('*') > literal(text), text, "has a * in its host");
    require(!text.contains("**"), text, "has a **, but a * stands for one segment at most");
  }

  /** Where the part ends that has no stars. */
  private static int literal(String text) {
    int colon = text.indexOf(':');
    if (!text.startsWith("//", colon + 1)) {
      return colon;
    }
    int path = text.indexOf('/', colon + 3);
    return path < 0 ? text.length() : path;
  }

  /** Reads a pattern; the same as the constructor. */
  public static UriPattern parse(String text) {
    return new UriPattern(text);
  }

  /** Whether the pattern means this URI. Allocates nothing. */
  public boolean matches(String uri) {
    return SegmentWildcard.matches(text, uri, ENDS);
  }

  private static void require(boolean condition, String text, String problem) {
    if (!condition) {
      throw new IllegalArgumentException("URI \"" + text + "\" " + problem);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
