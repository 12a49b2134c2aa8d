// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.engine.request.PercentDecoder;
import java.util.Arrays;

/*
 * A gate and the application behind it must read a path alike, or rules are walked around: every
 * bypass of this kind began with two programs that normalised differently. So nothing is normalised
 * here. Envoy already did (dot segments and double slashes are gone, escaped slashes refused), and
 * what could still be read in two ways is refused before any rule:
 *
 *   - a backslash, a semicolon (path parameters), a fragment, whitespace, control characters, and
 *     characters that are not ASCII, bare or as escapes of themselves;
 *   - escapes of slash, dot, question mark and number sign: some programs decode before they cut;
 *   - escapes of escapes (%252f): some programs decode twice;
 *   - escapes that are not hexadecimal, and octets that are not UTF-8, overlong forms included;
 *   - empty segments and dot segments, which Envoy would have removed;
 *   - anything that does not start with a slash. java.net.URI would take //admin/x for a host.
 *
 * What is left has one meaning. Each remaining escape stands for one character that cannot change
 * the path's structure, so rules match the decoded path: /adm%69n is /admin for a rule as it is for
 * the application. Case is kept: /ADMIN is not /admin, and an application that treats them alike
 * needs rules for both, or better, allow rules only.
 */
/** Reads the path of a request target. Never parses it as a URI. */
public final class PathReader {
  private static final int MAX_LENGTH = 8192;
  private static final int MAX_SEGMENTS = 256;

  private PathReader() {}

  /**
   * Reads the path of a target, which ends at its first {@code ?}.
   *
   * @throws AmbiguousPathException when it can be read in more than one way
   * @throws MalformedRequestException when it is no path at all: not starting with a slash, longer
   *     than 8192 characters, or of more than 256 segments
   */
  public static RequestPath read(String target) {
    int mark = target.indexOf('?');
    int end = mark < 0 ? target.length() : mark;
    if (end == 0 || target.charAt(0) != '/') {
      throw new MalformedRequestException("the path does not start with a slash");
    }
    if (end > MAX_LENGTH) {
      throw new MalformedRequestException("the path is longer than " + MAX_LENGTH);
    }
    if (target.indexOf('#') >= 0) {
      throw new AmbiguousPathException("the path has a fragment");
    }
    if (inspect(target, end)) {
      return cut(PercentDecoder.decode(target, 0, end, false));
    }
    return cut(mark < 0 ? target : target.substring(0, end));
  }

  /** Refuses every character and escape with a second meaning; says whether there are escapes. */
  private static boolean inspect(String target, int end) {
    boolean escapes = false;
    for (int i = 0; i < end; i++) {
      char c = target.charAt(i);
      if (c == '%') {
        escapes = true;
        inspectEscape(target, i, end);
        i += 2;
      } else if (c <= ' ' || c >= 0x7F) {
        throw new AmbiguousPathException("the path has a character that must be escaped");
      } else if (c == '\\' || c == ';') {
        throw new AmbiguousPathException("the path has a backslash or a semicolon");
      }
    }
    return escapes;
  }

  private static void inspectEscape(String target, int i, int end) {
    int octet = PercentDecoder.octet(target, i, end);
    if (octet < ' ' || octet == 0x7F) {
      throw new AmbiguousPathException("the path has an escaped control character");
    }
    switch (octet) {
      case '/', '\\', '.', ';', '?', '#' ->
          throw new AmbiguousPathException("the path has an escaped delimiter");
      case '%' -> {
        if (PercentDecoder.areHexadecimal(target, i + 3, 2, end)) {
          throw new AmbiguousPathException("the path is escaped twice");
        }
      }
      default -> {}
    }
  }

  private static RequestPath cut(String path) {
    int[] ends = new int[8];
    int count = 0;
    int start = 1;
    while (true) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      if (count == ends.length) {
        if (count == MAX_SEGMENTS) {
          throw new MalformedRequestException("the path has more than 256 segments");
        }
        ends = Arrays.copyOf(ends, count * 2);
      }
      ends[count++] = end;
      inspectSegment(path, start, end, slash < 0);
      if (slash < 0) {
        return new RequestPath(path, ends, count);
      }
      start = slash + 1;
    }
  }

  private static void inspectSegment(String path, int start, int end, boolean last) {
    int length = end - start;
    if (length == 0 && !last) {
      throw new AmbiguousPathException("the path has an empty segment");
    }
    if ((length == 1 || length == 2) && path.charAt(start) == '.' && path.charAt(end - 1) == '.') {
      throw new AmbiguousPathException("the path has a dot segment");
    }
  }
}
