// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import org.jspecify.annotations.Nullable;

/**
 * Who the other end of a connection proved to be: the identity of a workload, {@code
 * spiffe://trust-domain/path}, as the SPIFFE-ID standard writes it. There is one way to write an
 * identity: the scheme and the trust domain are in lower case, the path has no empty segment, no
 * {@code .} or {@code ..} and no percent-encoding, and there is no user, port, query or fragment.
 * So identities are compared character by character.
 *
 * <p>An identity without a path names the trust domain itself and no workload, so it is none here.
 *
 * @param value at most {@value #MAX_LENGTH} characters, all of ASCII
 */
public record Principal(String value) {
  /** The longest identity, in characters, as the standard has it. */
  public static final int MAX_LENGTH = 2048;

  /** What every identity begins with. */
  static final String SCHEME = "spiffe://";

  /** The longest trust domain, in characters. */
  static final int MAX_TRUST_DOMAIN = 255;

  /**
   * Checks an identity.
   *
   * @throws IllegalArgumentException when the text is none; says nothing of the text itself
   */
  public Principal {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a SPIFFE ID of a workload");
    }
  }

  /** The identity that a text is; null when it is none. */
  public static @Nullable Principal read(String text) {
    return isValid(text) ? new Principal(text) : null;
  }

  /** Whose root the identity hangs from, such as {@code cluster.local}. */
  public String trustDomain() {
    return value.substring(SCHEME.length(), pathStart(value));
  }

  /** Where the path begins, with its first slash; -1: nowhere. */
  static int pathStart(String text) {
    return text.indexOf('/', SCHEME.length());
  }

  private static boolean isValid(String text) {
    if (text.length() > MAX_LENGTH || !text.startsWith(SCHEME)) {
      return false;
    }
    int path = pathStart(text);
    return path >= 0 && isTrustDomain(text, path) && isPath(text, path);
  }

  /** Whether the text up to a place is the scheme and a trust domain. */
  static boolean isTrustDomain(String text, int end) {
    int length = end - SCHEME.length();
    if (length < 1 || length > MAX_TRUST_DOMAIN) {
      return false;
    }
    for (int i = SCHEME.length(); i < end; i++) {
      char c = text.charAt(i);
      if (!isSegmentCharacter(c) || (c >= 'A' && c <= 'Z')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPath(String text, int start) {
    int segment = start + 1;
    for (int i = segment; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == '/') {
        if (i == segment || isDots(text, segment, i)) {
          return false;
        }
        segment = i + 1;
      } else if (!isSegmentCharacter(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a segment is {@code .} or {@code ..}. */
  static boolean isDots(String text, int start, int end) {
    int length = end - start;
    return (length == 1 || length == 2) && text.charAt(start) == '.' && text.charAt(end - 1) == '.';
  }

  static boolean isSegmentCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_';
  }

  @Override
  public String toString() {
    return value;
  }
}
