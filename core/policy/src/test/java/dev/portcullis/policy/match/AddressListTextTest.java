// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class AddressListTextTest {

  @Test
  void readsARangeALineAndNothingElse() {
    AddressListText reader = new AddressListText(100);
    reader.read(
        "a",
        "\uFEFF# a feed\r\n\r\n10.0.0.0/8 ; SBL1\r\n\t192.0.2.7#one\n2001:db8::/32\n10.1.0.0/16");
    reader.read("b", "  \n198.51.100.0/24");
    assertThat(reader.faulty()).isZero();
    assertThat(reader.count()).isEqualTo(5);
    CidrSet ranges = reader.ranges();
    assertThat(ranges.size()).as("without the one inside another").isEqualTo(4);
    for (String held : new String[] {"10.1.2.3", "192.0.2.7", "2001:db8::1", "198.51.100.9"}) {
      assertThat(ranges.contains(IpAddress.parse(held))).as(held).isTrue();
    }
    assertThat(ranges.contains(IpAddress.parse("192.0.2.8"))).isFalse();
  }

  @Test
  void tellsTheFirstLinesThatAreNoRangesAndCountsTheOthers() {
    AddressListText reader = new AddressListText(100);
    reader.read("a", "10.0.0.0/8\n\nexample.com\n10.0.0.1/8\n");
    reader.read(
        "b", "x".repeat(1000) + "\n1.2.3\n::/129\n010.0.0.0/8\n0.0.0.0/-1\n192.0.2.0 - 192.0.2.9");
    assertThat(reader.faulty()).isEqualTo(8);
    assertThat(reader.faults()).hasSize(AddressListText.MAX_FAULTS);
    assertThat(reader.faults().getFirst())
        .isEqualTo(new AddressListText.Fault("a", 3, "not an IP address: example.com"));
    assertThat(reader.faults().get(1).problem()).contains("did you mean 10.0.0.0/8?");
    assertThat(reader.faults().get(2).text()).isEqualTo("b");
    assertThat(reader.faults().get(2).line()).isOne();
    assertThat(reader.faults().get(2).problem()).hasSizeLessThan(120);
    assertThat(reader.ranges().size()).isOne();
  }

  @Test
  void keepsNoMoreThanItMay() {
    AddressListText reader = new AddressListText(2);
    reader.read("a", "10.0.0.1\n10.0.0.3\n");
    assertThat(reader.tooLong()).isFalse();
    reader.read("b", "10.0.0.5\n10.0.0.7\n");
    assertThat(reader.tooLong()).isTrue();
    assertThat(reader.count()).isEqualTo(4);
    assertThat(reader.ranges().size()).isEqualTo(2);
  }

  /** Whatever stands in a text: every line is nothing, a range or a fault. */
  @Test
  void readsAnyText() {
    String alphabet = "0123456789abcdef.:/#; \t\r\n\n\u0000\uFEFFxü";
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(200); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      AddressListText reader = new AddressListText(1000);
      reader.read("fuzz", text.toString());
      assertThat(reader.count()).as("seed %d", seed).isLessThanOrEqualTo(201);
      assertThat(reader.faulty()).as("seed %d", seed).isLessThanOrEqualTo(reader.count());
      assertThat(reader.ranges().size())
          .as("seed %d", seed)
          .isLessThanOrEqualTo(reader.count() - reader.faulty());
    }
  }
}
