// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTableTest {

  private static AddressTable table(Object... rangesAndNumbers) {
    AddressTable.Builder builder = new AddressTable.Builder();
    for (int i = 0; i < rangesAndNumbers.length; i += 2) {
      add(builder, Cidr.parse((String) rangesAndNumbers[i]), (Integer) rangesAndNumbers[i + 1]);
    }
    return builder.build();
  }

  private static void add(AddressTable.Builder builder, Cidr range, int number) {
    builder.add(range.address().high(), range.address().low(), range.prefix(), number);
  }

  private static int find(AddressTable table, String address) {
    return table.find(IpAddress.parse(address));
  }

  @Test
  void knowsNothingAtFirst() {
    assertThat(find(table(), "::")).isEqualTo(AddressTable.NOTHING);
    assertThat(find(table(), "192.0.2.1")).isEqualTo(AddressTable.NOTHING);
  }

  @Test
  void keepsNeighboursApartAndJoinsThoseWithOneNumber() {
    AddressTable table =
        table("10.0.0.0/9", 1, "10.128.0.0/9", 1, "11.0.0.0/8", 2, "13.0.0.0/8", 2);
    assertThat(find(table, "9.255.255.255")).isEqualTo(AddressTable.NOTHING);
    assertThat(find(table, "10.0.0.0")).isEqualTo(1);
    assertThat(find(table, "10.255.255.255")).isEqualTo(1);
    assertThat(find(table, "11.0.0.0")).isEqualTo(2);
    assertThat(find(table, "12.0.0.0")).isEqualTo(AddressTable.NOTHING);
    assertThat(find(table, "13.255.255.255")).isEqualTo(2);
    assertThat(find(table, "14.0.0.0")).isEqualTo(AddressTable.NOTHING);
    assertThat(table.size()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::/0",
        "::/1",
        "8000::/1",
        "ffff:ffff:ffff:ffff::/64",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "::",
        "0:0:0:1::/64"
      })
  void holdsRangesAtTheEnds(String text) {
    Cidr range = Cidr.parse(text);
    AddressTable table = table(text, 7);
    for (String each :
        List.of(
            "::",
            "::1",
            "0:0:0:1::",
            "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "8000::",
            "ffff:ffff:ffff:ffff::",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")) {
      assertThat(find(table, each))
          .as(each)
          .isEqualTo(range.contains(IpAddress.parse(each)) ? 7 : AddressTable.NOTHING);
    }
  }

  @Test
  void refusesDisorder() {
    assertThatThrownBy(() -> table("10.0.0.0/8", 1, "9.0.0.0/8", 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> table("10.0.0.0/8", 1, "10.1.0.0/16", 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> table("8000::/1", 1, "::/1", 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void agreesWithALinearSearch() {
    Random random = new Random(20_261_122);
    for (int round = 0; round < 50; round++) {
      List<Cidr> ranges = apart(random, 400);
      AddressTable.Builder builder = new AddressTable.Builder();
      for (int i = 0; i < ranges.size(); i++) {
        add(builder, ranges.get(i), i % 5);
      }
      AddressTable table = builder.build();
      for (int i = 0; i < 400; i++) {
        IpAddress near = ranges.get(random.nextInt(ranges.size())).address();
        IpAddress asked =
            new IpAddress(near.high() + random.nextInt(3) - 1, near.low() + random.nextInt(3) - 1);
        int wanted = AddressTable.NOTHING;
        for (int j = 0; j < ranges.size(); j++) {
          wanted = ranges.get(j).contains(asked) ? j % 5 : wanted;
        }
        assertThat(table.find(asked)).as("%s", asked).isEqualTo(wanted);
      }
    }
  }

  private static List<Cidr> apart(Random random, int count) {
    List<Cidr> sorted = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int prefix = 1 + random.nextInt(128);
      IpAddress address =
          new IpAddress(random.nextLong(), random.nextBoolean() ? 0 : random.nextLong());
      sorted.add(new Cidr(address, prefix));
    }
    sorted.sort(
        Comparator.comparing(
                Cidr::address,
                Comparator.comparing(IpAddress::high, Long::compareUnsigned)
                    .thenComparing(IpAddress::low, Long::compareUnsigned))
            .thenComparingInt(Cidr::prefix));
    List<Cidr> apart = new ArrayList<>();
    for (Cidr each : sorted) {
      if (apart.isEmpty() || !apart.getLast().contains(each.address())) {
        apart.add(each);
      }
    }
    return apart;
  }
}
