// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.apikey;

import java.util.Arrays;

/** Crockford's base 32 in capitals, most significant bits first, the last digit filled with 0. */
final class Crockford32 {
  /** Set in the result of {@link #digit} for a character that is no digit. */
  static final int INVALID = 0x100;

  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final short[] VALUES = new short[128];

  static {
    Arrays.fill(VALUES, (short) INVALID);
    for (int i = 0; i < DIGITS.length(); i++) {
      VALUES[DIGITS.charAt(i)] = (short) i;
    }
  }

  private Crockford32() {}

  /** The value of a digit, 0 to 31, or {@link #INVALID}. */
  static int digit(char c) {
    return c < VALUES.length ? VALUES[c] : INVALID;
  }

  static String encode(byte[] bytes) {
    var text = new StringBuilder((bytes.length * 8 + 4) / 5);
    int buffer = 0;
    int bits = 0;
    for (byte b : bytes) {
      buffer = (buffer << 8) | (b & 0xFF);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(DIGITS.charAt((buffer >>> bits) & 31));
      }
    }
    if (bits > 0) {
      text.append(DIGITS.charAt((buffer << (5 - bits)) & 31));
    }
    return text.toString();
  }

  /** Seven digits for the low 32 bits of a value; the first is 0 to 3. */
  static String encodeInt(long value) {
    var text = new StringBuilder(7);
    for (int shift = 30; shift >= 0; shift -= 5) {
      text.append(DIGITS.charAt((int) (value >>> shift) & 31));
    }
    return text.toString();
  }
}
