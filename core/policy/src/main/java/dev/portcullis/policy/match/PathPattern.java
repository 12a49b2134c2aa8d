// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of paths, matched segment by segment and case-sensitively after Envoy's normalisation.
 *
 * <ul>
 *   <li>{@code /orders} – exactly this;
 *   <li>{@code {id}} – one whole segment that is not empty, captured under its name;
 *   <li>{@code *} inside a segment – any characters of that segment, none included ({@code *.json};
 *       at most one per segment);
 *   <li>{@code /**} at the end – any tail, the bare prefix included.
 * </ul>
 *
 * @param text as the user wrote it; starts with {@code /}, at most 1024 characters
 * @param segments compiled; {@code /**} is the {@link Segment.Tail} that ends the list
 */
public record PathPattern(String text, List<Segment> segments) {
  private static final int MAX_LENGTH = 1024;
  private static final int MAX_SEGMENTS = 64;

  /** One segment of a pattern. */
  public sealed interface Segment {
    /** Equal, character by character. */
    record Literal(String text) implements Segment {}

    /** Anything but the empty segment. */
    record Capture(String name) implements Segment {}

    /** Starts with one text and ends with another, which do not overlap. */
    record Wildcard(String prefix, String suffix) implements Segment {}

    /** Whatever follows, nothing included; always last. */
    record Tail() implements Segment {}
  }

  public PathPattern {
    segments = List.copyOf(segments);
  }

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException saying what is wrong with it and how to mend it
   */
  public static PathPattern parse(String text) {
    require(text.startsWith("/"), text, "must start with /");
    require(
        text.length() <= MAX_LENGTH,
        text.substring(0, Math.min(40, text.length())) + "…",
        "is longer than 1024");
    List<Segment> segments = new ArrayList<>();
    int start = 1;
    while (start <= text.length()) {
      int slash = text.indexOf('/', start);
      boolean last = slash < 0;
      String segment = text.substring(start, last ? text.length() : slash);
      require(!segment.isEmpty() || last, text, "has an empty segment (//)");
      require(segments.size() < MAX_SEGMENTS, text, "has more than 64 segments");
      segments.add(segment(segment, last, text));
      if (last) {
        break;
      }
      start = slash + 1;
    }
    return new PathPattern(text, segments);
  }

  /** Whether a decoded path without query fits as a whole, by case; costs at most its length. */
  public boolean matches(String path) {
    if (!path.startsWith("/")) {
      return false;
    }
    int start = 1;
    for (Segment segment : segments) {
      if (segment instanceof Segment.Tail) {
        return true;
      }
      if (start > path.length()) {
        return false;
      }
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      if (!fits(segment, path, start, end)) {
        return false;
      }
      start = end + 1;
    }
    return start > path.length();
  }

  private static boolean fits(Segment segment, String path, int start, int end) {
    int length = end - start;
    return switch (segment) {
      case Segment.Literal(String text) -> length == text.length() && path.startsWith(text, start);
      case Segment.Capture _ -> length > 0;
      case Segment.Wildcard(String prefix, String suffix) ->
          length >= prefix.length() + suffix.length()
              && path.startsWith(prefix, start)
              && path.startsWith(suffix, end - suffix.length());
      case Segment.Tail _ -> true;
    };
  }

  private static Segment segment(String segment, boolean last, String text) {
    if (segment.equals("**")) {
      require(last, text, "may have ** only as its last segment");
      return new Segment.Tail();
    }
    require(!segment.contains("**"), text, "may have ** only as a whole segment");
    require(!segment.equals(".") && !segment.equals(".."), text, "has a dot segment");
    if (segment.startsWith("{") && segment.endsWith("}")) {
      String name = segment.substring(1, segment.length() - 1);
      require(
          name.matches("[A-Za-z_][A-Za-z0-9_]*"),
          text,
          "needs a name of letters, digits and _ inside {}");
      return new Segment.Capture(name);
    }
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      require(
          c > ' ' && c < 127 && "{}\\;?#%\"<>^`|".indexOf(c) < 0,
          text,
          "has a character that no path may have: " + c);
    }
    int star = segment.indexOf('*');
    if (star < 0) {
      return new Segment.Literal(segment);
    }
    require(segment.indexOf('*', star + 1) < 0, text, "may have one * in a segment");
    return new Segment.Wildcard(segment.substring(0, star), segment.substring(star + 1));
  }

  private static void require(boolean condition, String text, String problem) {
    if (!condition) {
      throw new IllegalArgumentException("path pattern \"" + text + "\" " + problem);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
