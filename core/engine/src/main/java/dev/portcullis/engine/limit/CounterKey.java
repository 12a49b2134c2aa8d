// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.policy.match.IpAddress;

/**
 * Names one counter.
 *
 * @param limit the limit and how it counts
 * @param realm what kind of name follows: an issuer, {@code client}, {@code address}, {@code key}
 * @param text the name; empty for an address
 * @param high the first half of an address; 0 for others
 * @param low the second half of an address; 0 for others
 */
public record CounterKey(String limit, String realm, String text, long high, long low) {
  private static final int IPV6_SITE = 64;

  /** A counter by name. */
  public static CounterKey named(String limit, String realm, String text) {
    return new CounterKey(limit, realm, text, 0, 0);
  }

  /** A counter by address; all of an IPv6 /64 share one, because one host commands all of it. */
  public static CounterKey address(String limit, IpAddress address) {
    return new CounterKey(
        limit, "address", "", address.high(), address.isIpv4() ? address.low() : 0);
  }

  /** The counter that all keys share for which there is no room. */
  static CounterKey overflow(String limit) {
    return new CounterKey(limit, "overflow", "", 0, 0);
  }

  /** An address as counters see it, for a part of a longer key. */
  public static IpAddress site(IpAddress address) {
    return address.isIpv4() ? address : address.masked(IPV6_SITE);
  }
}
