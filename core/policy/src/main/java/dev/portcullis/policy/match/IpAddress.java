// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

/**
 * An IP address as 128 bits; IPv4 in its IPv6-mapped form. Immutable.
 *
 * @param high the first eight bytes
 * @param low the last eight bytes
 */
public record IpAddress(long high, long low) {
  private static final long IPV4_MAPPED = 0x0000_FFFF_0000_0000L;

  /**
   * Reads a literal address; never asks a name server. IPv4 is four decimal numbers without leading
   * zeros, IPv6 is RFC 4291 text without a zone.
   *
   * @throws IllegalArgumentException naming the text
   */
  public static IpAddress parse(String text) {
    return text.indexOf(':') >= 0
        ? Ipv6Text.parse(text)
        : new IpAddress(0, IPV4_MAPPED | ipv4(text, 0));
  }

  /** Four decimal numbers from {@code start} to the end of the text, as 32 bits. */
  static long ipv4(String text, int start) {
    long value = 0;
    int part = 0;
    int digits = 0;
    int dots = 0;
    for (int i = start; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        if (digits == 0 || (i < text.length() && ++dots > 3)) {
          throw new IllegalArgumentException("not an IP address: " + text);
        }
        value = (value << 8) | part;
        part = 0;
        digits = 0;
      } else if (c >= '0' && c <= '9' && !(digits > 0 && part == 0)) {
        part = part * 10 + (c - '0');
        if (++digits > 3 || part > 255) {
          throw new IllegalArgumentException("not an IP address: " + text);
        }
      } else {
        throw new IllegalArgumentException("not an IP address: " + text);
      }
    }
    if (dots != 3) {
      throw new IllegalArgumentException("not an IP address: " + text);
    }
    return value;
  }

  /** Whether this is an IPv4 address (in its mapped form). */
  public boolean isIpv4() {
    return high == 0 && low >>> 32 == 0xFFFFL;
  }

  /** The address with all bits after the first {@code prefix} (0 to 128) cleared. */
  public IpAddress masked(int prefix) {
    if (prefix >= 128) {
      return this;
    }
    return prefix >= 64
        ? new IpAddress(high, prefix == 64 ? 0 : low & (-1L << (128 - prefix)))
        : new IpAddress(prefix == 0 ? 0 : high & (-1L << (64 - prefix)), 0);
  }

  boolean sharesPrefix(IpAddress other, int prefix) {
    return sharePrefix(high, low, other.high, other.low, prefix);
  }

  /** Whether two addresses agree in their first {@code prefix} (0 to 128) bits. */
  static boolean sharePrefix(long high, long low, long otherHigh, long otherLow, int prefix) {
    if (prefix == 0) {
      return true;
    }
    if (prefix <= 64) {
      return (high ^ otherHigh) >>> (64 - prefix) == 0;
    }
    return high == otherHigh && (low ^ otherLow) >>> (128 - prefix) == 0;
  }

  @Override
  public String toString() {
    if (isIpv4()) {
      return ((low >>> 24) & 255)
          + "."
          + ((low >>> 16) & 255)
          + "."
          + ((low >>> 8) & 255)
          + "."
          + (low & 255);
    }
    return Ipv6Text.format(this);
  }
}
