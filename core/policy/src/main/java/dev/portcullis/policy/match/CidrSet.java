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
  private final SortedAddresses lowest;
  private final byte[] prefix;

  private CidrSet(List<Cidr> apart) {
    long[] high = new long[apart.size()];
    long[] low = new long[apart.size()];
    prefix = new byte[apart.size()];
    for (int i = 0; i < apart.size(); i++) {
      Cidr range = apart.get(i);
      high[i] = range.address().high();
      low[i] = range.address().low();
      prefix[i] = (byte) range.prefix();
    }
    lowest = new SortedAddresses(high, low);
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
    return lowest.size() == 0;
  }

  /** How many ranges there are, without those that lie inside others. */
  public int size() {
    return lowest.size();
  }

  /** The range at an index from 0; they ascend. */
  public Cidr get(int index) {
    return new Cidr(lowest.get(index), prefix[index] & 0xFF);
  }

  /** Whether a range holds the address. Allocates nothing. */
  public boolean contains(IpAddress address) {
    int last = lowest.floor(address);
    // A prefix of 128 is kept as -128.
    return last >= 0 && lowest.shares(last, address, prefix[last] & 0xFF);
  }

  private static int compare(IpAddress one, IpAddress other) {
    return SortedAddresses.compare(one.high(), one.low(), other.high(), other.low());
  }
}
