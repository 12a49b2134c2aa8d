// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.SortedAddresses;
import java.util.Arrays;

/**
 * A number for each of many ranges of addresses that have nothing in common. Immutable.
 *
 * <p>Only where a range begins is kept, and the gaps between ranges are ranges without a number, so
 * that the last one that does not begin above an address is the one that holds it. Neighbours with
 * one number are one range. 20 bytes for each; a look-up is a binary search, and allocates nothing.
 */
final class AddressTable {
  /** What {@link #find} answers for an address in none of them. */
  static final int NOTHING = -1;

  private final SortedAddresses starts;
  private final int[] value;

  private AddressTable(SortedAddresses starts, int[] value) {
    this.starts = starts;
    this.value = value;
  }

  /** Ranges, gaps included. */
  int size() {
    return starts.size();
  }

  /** The number of the range that holds the address. */
  int find(IpAddress address) {
    int range = starts.floor(address);
    return range < 0 ? NOTHING : value[range];
  }

  /** Collects ranges in ascending order. Not thread-safe. */
  static final class Builder {
    private long[] high = new long[1024];
    private long[] low = new long[1024];
    private int[] value = new int[1024];
    private int size;

    /** The first address above all that was added; meaningless when {@link #full}. */
    private long nextHigh;

    private long nextLow;
    private boolean full;

    /**
     * Adds a range.
     *
     * @param bits how many of the 128 its addresses share, 0 to 128
     * @throws IllegalArgumentException when it does not stand above the last one
     */
    void add(long lowestHigh, long lowestLow, int bits, int number) {
      int order = SortedAddresses.compare(nextHigh, nextLow, lowestHigh, lowestLow);
      if (full || order > 0) {
        throw new IllegalArgumentException(
            "ranges out of order at " + new IpAddress(lowestHigh, lowestLow));
      }
      if (order < 0) {
        append(nextHigh, nextLow, NOTHING);
      }
      append(lowestHigh, lowestLow, number);
      advance(lowestHigh, lowestLow, bits);
    }

    private void append(long startHigh, long startLow, int number) {
      if (size > 0 && value[size - 1] == number) {
        return;
      }
      if (size == high.length) {
        int larger = size + (size >> 1);
        high = Arrays.copyOf(high, larger);
        low = Arrays.copyOf(low, larger);
        value = Arrays.copyOf(value, larger);
      }
      high[size] = startHigh;
      low[size] = startLow;
      value[size] = number;
      size++;
    }

    private void advance(long fromHigh, long fromLow, int bits) {
      if (bits > 64) {
        nextLow = fromLow + (1L << (128 - bits));
        nextHigh = nextLow == 0 ? fromHigh + 1 : fromHigh;
        full = nextLow == 0 && nextHigh == 0;
      } else {
        nextLow = 0;
        nextHigh = bits == 0 ? 0 : fromHigh + (1L << (64 - bits));
        full = nextHigh == 0;
      }
    }

    AddressTable build() {
      if (!full) {
        append(nextHigh, nextLow, NOTHING);
      }
      return new AddressTable(
          new SortedAddresses(Arrays.copyOf(high, size), Arrays.copyOf(low, size)),
          Arrays.copyOf(value, size));
    }
  }
}
