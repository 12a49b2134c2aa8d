// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Ranges of addresses, asked whether one of them holds an address. Immutable; 17 bytes a range.
 *
 * <p>Of two CIDR ranges either one lies inside the other or they have nothing in common. Without
 * those that lie inside others, all are apart, so that their lowest addresses order them and the
 * only one that can hold an address is the last that does not begin above it. A binary search over
 * flat arrays finds it: 17 steps for 100 000 ranges, where a trie takes one per bit and a cache
 * line per node.
 */
public final class CidrSet {
  private final long[] high;
  private final long[] low;
  private final byte[] prefix;

  private CidrSet(List<Cidr> apart) {
    high = new long[apart.size()];
    low = new long[apart.size()];
    prefix = new byte[apart.size()];
    for (int i = 0; i < apart.size(); i++) {
      Cidr range = apart.get(i);
      high[i] = range.address().high();
      low[i] = range.address().low();
      prefix[i] = (byte) range.prefix();
    }
  }

  /** The ranges, in any order; what is named twice counts once. */
  public static CidrSet of(Collection<Cidr> ranges) {
    List<Cidr> sorted = new ArrayList<>(ranges);
    sorted.sort(
        Comparator.comparing(Cidr::address, CidrSet::compare).thenComparingInt(Cidr::prefix));
    List<Cidr> apart = new ArrayList<>(sorted.size());
    for (Cidr range : sorted) {
      // Whatever holds its lowest address comes before it, and is the last of those kept.
      if (apart.isEmpty() || !apart.getLast().contains(range.address())) {
        apart.add(range);
      }
    }
    return new CidrSet(apart);
  }

  /** Whether there is no range. */
  public boolean isEmpty() {
    return high.length == 0;
  }

  /** How many ranges there are, without those that lie inside others. */
  public int size() {
    return high.length;
  }

  /** Whether a range holds the address. Allocates nothing. */
  public boolean contains(IpAddress address) {
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
    int last = from - 1;
    // A prefix of 128 is kept as -128.
    return last >= 0
        && IpAddress.sharePrefix(
            high[last], low[last], address.high(), address.low(), prefix[last] & 0xFF);
  }

  private static int compare(IpAddress one, IpAddress other) {
    return compare(one.high(), one.low(), other.high(), other.low());
  }

  private static int compare(long high, long low, long otherHigh, long otherLow) {
    int byHigh = Long.compareUnsigned(high, otherHigh);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
  }
}
