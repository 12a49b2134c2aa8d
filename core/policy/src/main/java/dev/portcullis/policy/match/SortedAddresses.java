// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

/**
 * Addresses in ascending order, 16 bytes each: where ranges begin. Immutable; looking one up is a
 * binary search that allocates nothing.
 */
public final class SortedAddresses {
  private final long[] high;
  private final long[] low;

  /**
   * Takes over two arrays of one length.
   *
   * @param high the upper halves of the addresses
   * @param low the lower halves; the addresses ascend, compared without signs
   */
  public SortedAddresses(long[] high, long[] low) {
    this.high = high;
    this.low = low;
  }

  /** How many there are. */
  public int size() {
    return high.length;
  }

  /** The one at an index from 0. */
  IpAddress get(int index) {
    return new IpAddress(high[index], low[index]);
  }

  /** The index of the last one that is not above the address; -1: all are above it. */
  public int floor(IpAddress address) {
    int from = 0;
    int to = high.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (compare(high[middle], low[middle], address.high(), address.low()) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from - 1;
  }

  /** Whether the address shares its first {@code bits} with the one at the index. */
  boolean shares(int index, IpAddress address, int bits) {
    return IpAddress.sharePrefix(high[index], low[index], address.high(), address.low(), bits);
  }

  /** Compares two addresses by their halves, as numbers without a sign. */
  public static int compare(long high, long low, long otherHigh, long otherLow) {
    int byHigh = Long.compareUnsigned(high, otherHigh);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
  }
}
