// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-decoding (RFC 3986 section 2.1) that refuses what has no single meaning. */
public final class PercentDecoder {

  private PercentDecoder() {}

  /**
   * Decodes every escape of {@code text} from {@code start} to {@code end} as UTF-8.
   *
   * @param plus whether {@code +} means a space, as in queries
   * @throws MalformedRequestException for an escape that is cut short, not hexadecimal, or not
   *     UTF-8 (overlong forms included)
   */
  public static String decode(String text, int start, int end, boolean plus) {
    if (!needsDecoding(text, start, end, plus)) {
      return text.substring(start, end);
    }
    byte[] bytes = new byte[(end - start) * 3];
    int length = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c == '%') {
        bytes[length++] = (byte) octet(text, i, end);
        i += 2;
      } else if (c < 0x80) {
        bytes[length++] = (byte) (c == '+' && plus ? ' ' : c);
      } else {
        throw new MalformedRequestException("a character outside ASCII is not escaped");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedRequestException("escapes are not UTF-8");
    }
  }

  /**
   * The octet of the escape that starts at {@code i}.
   *
   * @throws MalformedRequestException when it is cut short or not hexadecimal
   */
  public static int octet(String text, int i, int end) {
    int high = i + 2 < end ? digit(text.charAt(i + 1)) : -1;
    int low = i + 2 < end ? digit(text.charAt(i + 2)) : -1;
    if (high < 0 || low < 0) {
      throw new MalformedRequestException(
          "an escape is not a percent sign and two hexadecimal digits");
    }
    return high << 4 | low;
  }

  /** Whether {@code digits} hexadecimal digits stand at {@code i}. */
  public static boolean areHexadecimal(String text, int i, int digits, int end) {
    for (int j = i; j < i + digits; j++) {
      if (j >= end || digit(text.charAt(j)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static int digit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    char lower = (char) (c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private static boolean needsDecoding(String text, int start, int end, boolean plus) {
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c == '%' || c >= 0x80 || (plus && c == '+')) {
        return true;
      }
    }
    return false;
  }
}
