// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.regex.Pattern;

/**
 * A pattern of web origins (RFC 6454): {@code *} for all, {@code https://shop.example.com} for one,
 * or {@code https://*.example.com} for the names below one, at any depth. Scheme and port are meant
 * literally.
 *
 * @param text as the user wrote it, at most {@value #MAX_LENGTH} characters
 */
public record OriginPattern(String text) {
  /** The longest pattern, in characters: the longest name of a host, with a scheme and a port. */
  public static final int MAX_LENGTH = 320;

  private static final String ANY = "*";
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final Pattern ORIGIN =
      Pattern.compile(
          "(?<scheme>[a-z][a-z0-9+.-]*)://"
              + "((?<star>\\*\\.)?(?<host>LABEL(\\.LABEL)*)|\\[[0-9a-f:.]{2,45}])"
                  .replace("LABEL", LABEL)
              + "(:(?<port>[1-9][0-9]{0,4}))?");

  /**
   * Checks a pattern.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public OriginPattern {
    require(
        text.length() <= MAX_LENGTH,
        text.substring(0, Math.min(40, text.length())) + "…",
        "is longer than 320 characters");
    require(
        !text.equals("null"),
        text,
        "is the origin of every sandboxed document, whoever wrote it, so it names nobody");
    if (!text.equals(ANY)) {
      check(text);
    }
  }

  private static void check(String text) {
    var parts = ORIGIN.matcher(text);
    require(
        parts.matches(),
        text,
        "is no origin: a scheme, :// and a host in lower case, and a port where it is not the"
            + " scheme's own; no path");
    require(
        parts.group("star") == null || parts.group("host").indexOf('.') > 0,
        text,
        "means everybody below a top-level domain");
    String port = parts.group("port");
    require(port == null || Integer.parseInt(port) <= 65535, text, "has a port above 65535");
    String own =
        switch (parts.group("scheme")) {
          case "http" -> "80";
          case "https" -> "443";
          default -> "";
        };
    require(
        !own.equals(port),
        text,
        "names the scheme's own port, which browsers never send: leave it out");
  }

  /** Reads a pattern; the same as the constructor. */
  public static OriginPattern parse(String text) {
    return new OriginPattern(text);
  }

  /** Whether every origin is meant. */
  public boolean isAny() {
    return text.equals(ANY);
  }

  /**
   * What stands for the star, as a regular expression (RE2, to be matched as a whole); empty when
   * the pattern means one origin, or all.
   */
  public String regex() {
    int star = text.indexOf("://*.");
    if (star < 0) {
      return "";
    }
    return text.substring(0, star).replaceAll("[+.]", "\\\\$0")
        + "://("
        + LABEL
        + "\\.)+"
        + text.substring(star + "://*.".length()).replace(".", "\\.");
  }

  private static void require(boolean condition, String text, String problem) {
    if (!condition) {
      throw new IllegalArgumentException("origin \"" + text + "\" " + problem);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
