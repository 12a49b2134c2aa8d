// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

/** Reads IPv6 text (RFC 4291 section 2.2) and writes its canonical form (RFC 5952). */
final class Ipv6Text {

  private Ipv6Text() {}

  static IpAddress parse(String text) {
    if (text.length() > 45) {
      throw new IllegalArgumentException("not an IP address: too long");
    }
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      throw new IllegalArgumentException("not an IP address: " + text);
    }
    int[] groups = new int[8];
    if (gap < 0) {
      require(read(text, text, groups) == 8, text);
      return of(groups);
    }
    int[] tail = new int[8];
    int before = read(text.substring(0, gap), text, groups);
    int after = read(text.substring(gap + 2), text, tail);
    require(before + after <= 7, text);
    System.arraycopy(tail, 0, groups, 8 - after, after);
    return of(groups);
  }

  private static int read(String part, String text, int[] groups) {
    if (part.isEmpty()) {
      return 0;
    }
    int count = 0;
    int start = 0;
    while (true) {
      int end = part.indexOf(':', start);
      boolean last = end < 0;
      String group = part.substring(start, last ? part.length() : end);
      if (last && group.indexOf('.') >= 0) {
        require(count <= 6, text);
        long ipv4 = IpAddress.ipv4(group, 0);
        groups[count++] = (int) (ipv4 >>> 16);
        groups[count++] = (int) (ipv4 & 0xFFFF);
      } else {
        require(count < 8, text);
        groups[count++] = hex(group, text);
      }
      if (last) {
        return count;
      }
      start = end + 1;
    }
  }

  private static int hex(String group, String text) {
    require(!group.isEmpty() && group.length() <= 4, text);
    int value = 0;
    for (int i = 0; i < group.length(); i++) {
      int digit = Character.digit(group.charAt(i), 16);
      require(digit >= 0 && group.charAt(i) < 128, text);
      value = (value << 4) | digit;
    }
    return value;
  }

  private static IpAddress of(int[] groups) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = (high << 16) | groups[i];
      low = (low << 16) | groups[i + 4];
    }
    return new IpAddress(high, low);
  }

  static String format(IpAddress address) {
    int[] groups = new int[8];
    for (int i = 0; i < 4; i++) {
      groups[i] = (int) ((address.high() >>> (48 - 16 * i)) & 0xFFFF);
      groups[i + 4] = (int) ((address.low() >>> (48 - 16 * i)) & 0xFFFF);
    }
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < 8; i++) {
      int length = 0;
      while (i + length < 8 && groups[i + length] == 0) {
        length++;
      }
      if (length > gapLength) {
        gapStart = i;
        gapLength = length;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
      } else {
        if (i > 0 && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static void require(boolean condition, String text) {
    if (!condition) {
      throw new IllegalArgumentException("not an IP address: " + text);
    }
  }
}
