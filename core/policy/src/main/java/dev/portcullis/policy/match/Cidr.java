// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

/**
 * A range of IP addresses (RFC 4632, RFC 4291). IPv4 lives in IPv6 as {@code ::ffff:0:0/96}, so
 * that an IPv4-mapped address matches the IPv4 range it means.
 *
 * @param address the lowest address of the range
 * @param prefix length in bits of the 128-bit form, 0 to 128
 */
public record Cidr(IpAddress address, int prefix) {

  public Cidr {
    if (prefix < 0 || prefix > 128) {
      throw new IllegalArgumentException("prefix outside 0..128: " + prefix);
    }
    address = address.masked(prefix);
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address.
   *
   * @throws IllegalArgumentException naming the text, when it is neither or has bits set beyond its
   *     prefix
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    int width = address.isIpv4() ? 32 : 128;
    int length = slash < 0 ? width : prefixLength(text, slash + 1, width);
    Cidr range = new Cidr(address, 128 - width + length);
    if (!range.address.equals(address)) {
      throw new IllegalArgumentException(
          "address has bits beyond its prefix: " + text + " (did you mean " + range + "?)");
    }
    return range;
  }

  private static int prefixLength(String text, int from, int width) {
    int length = 0;
    int digits = text.length() - from;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || digits > 3 || (digits > 1 && text.charAt(from) == '0')) {
        throw new IllegalArgumentException("not an address range: " + text);
      }
      length = length * 10 + (c - '0');
    }
    if (digits == 0 || length > width) {
      throw new IllegalArgumentException("prefix length outside 0.." + width + ": " + text);
    }
    return length;
  }

  /** Whether the address lies in the range. Allocates nothing. */
  public boolean contains(IpAddress candidate) {
    return candidate.sharesPrefix(address, prefix);
  }

  @Override
  public String toString() {
    return address.isIpv4() && prefix >= 96
        ? address + "/" + (prefix - 96)
        : address + "/" + prefix;
  }
}
