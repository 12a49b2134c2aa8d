// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CidrSetTest {

  @Test
  void holdsNothingWhenItIsEmpty() {
    CidrSet none = CidrSet.of(List.of());
    assertThat(none.isEmpty()).isTrue();
    assertThat(none.contains(IpAddress.parse("::"))).isFalse();
    assertThat(none.contains(IpAddress.parse("255.255.255.255"))).isFalse();
  }

  @Test
  void keepsNoRangeInsideAnother() {
    assertThat(set("10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "10.1.2.3", "11.0.0.0/8").size())
        .isEqualTo(2);
    assertThat(set("::/0", "10.0.0.0/8", "2001:db8::/32").size()).isEqualTo(1);
  }

  @Test
  void ordersAddressesWithoutSign() {
    CidrSet set = set("ff00::/8", "::/16", "7fff::/16", "8000::/16", "80.0.0.0/8");
    for (String held : List.of("ff02::1", "::1", "7fff::1", "8000::1", "80.1.2.3", "ffff::")) {
      assertThat(set.contains(IpAddress.parse(held))).as(held).isTrue();
    }
    for (String other : List.of("fe80::1", "1::", "7ffe:ffff::", "8001::")) {
      assertThat(set.contains(IpAddress.parse(other))).as(other).isFalse();
    }
  }

  /**
   * The definition, against the search: nested, adjacent and far ranges, and what lies at edges.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16, 200, 3000, 100_000})
  void findsWhatALookAtEveryRangeFinds(int size) {
    for (int seed = 0; seed < (size > 3000 ? 3 : 30); seed++) {
      Random random = new Random(seed * 10_007L + size);
      List<Cidr> ranges = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        ranges.add(new Cidr(address(random), random.nextInt(129)));
      }
      CidrSet set = CidrSet.of(ranges);
      for (int i = 0; i < 300; i++) {
        IpAddress asked =
            i % 3 == 0 ? address(random) : near(ranges.get(random.nextInt(size)), random);
        assertThat(set.contains(asked))
            .as("seed %d: %s", seed, asked)
            .isEqualTo(ranges.stream().anyMatch(range -> range.contains(asked)));
      }
    }
  }

  /** As feeds have them: many small networks, so that most stay apart. */
  @Test
  void findsAmongAHundredThousandNetworks() {
    Random random = new Random(100_000);
    List<Cidr> ranges = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      ranges.add(
          new Cidr(
              new IpAddress(0, 0x0000_FFFF_0000_0000L | (random.nextLong() & 0xFFFF_FFFFL)),
              112 + random.nextInt(17)));
    }
    CidrSet set = CidrSet.of(ranges);
    assertThat(set.size()).isBetween(80_000, 100_000);
    for (int i = 0; i < 600; i++) {
      IpAddress asked = near(ranges.get(random.nextInt(ranges.size())), random);
      assertThat(set.contains(asked))
          .as("%s", asked)
          .isEqualTo(ranges.stream().anyMatch(range -> range.contains(asked)));
    }
  }

  @Test
  void givesItsRangesInTheirOrder() {
    CidrSet set = set("2001:db8::/128", "10.0.0.0/8", "10.2.0.0/16", "192.0.2.1", "::/128");
    assertThat(IntStream.range(0, set.size()).mapToObj(i -> set.get(i).toString()))
        .containsExactly("::/128", "10.0.0.0/8", "192.0.2.1/32", "2001:db8::/128");
  }

  private static CidrSet set(String... ranges) {
    return CidrSet.of(Stream.of(ranges).map(Cidr::parse).toList());
  }

  /** Few different bits, so that ranges meet. */
  private static IpAddress address(Random random) {
    long mask = random.nextBoolean() ? -1L : 0x8000_0000_0000_0003L;
    return random.nextBoolean()
        ? new IpAddress(0, 0x0000_FFFF_0000_0000L | (random.nextLong() & mask & 0xFFFF_FFFFL))
        : new IpAddress(random.nextLong() & mask, random.nextLong() & mask);
  }

  /** The lowest address of a range or the highest, or the one before or after. */
  private static IpAddress near(Cidr range, Random random) {
    IpAddress lowest = range.address();
    return switch (random.nextInt(4)) {
      case 0 -> lowest;
      case 1 -> plus(lowest, -1);
      case 2 -> highest(range);
      default -> plus(highest(range), 1);
    };
  }

  private static IpAddress highest(Cidr range) {
    int free = 128 - range.prefix();
    long high = free <= 64 ? 0 : free == 128 ? -1L : -1L >>> (128 - free);
    long low = free == 0 ? 0 : free >= 64 ? -1L : -1L >>> (64 - free);
    return new IpAddress(range.address().high() | high, range.address().low() | low);
  }

  private static IpAddress plus(IpAddress address, int step) {
    long low = address.low() + step;
    boolean carried = step > 0 ? low == 0 : low == -1L;
    return new IpAddress(address.high() + (carried ? step : 0), low);
  }
}
