// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.AddressList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AddressListCodecTest {

  @Test
  void writesWhatIsEqualInOneWay() {
    AddressList one = list("10.1.0.0/16", "2001:db8::/32", "192.0.2.1", "10.0.0.0/8");
    AddressList same = list("192.0.2.1/32", "10.0.0.0/8", "2001:db8::/32");
    assertThat(text(one)).isEqualTo("10.0.0.0/8\n192.0.2.1/32\n2001:db8::/32\n");
    assertThat(one.hash()).isEqualTo(same.hash()).isEqualTo(PlanVersion.of(bytes(one)));
    assertThat(one.hash()).isNotEqualTo(list("10.0.0.0/8").hash());
  }

  @Test
  void readsBackWhatItWrote() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Cidr> ranges = new ArrayList<>();
      for (int i = random.nextInt(2000); i > 0; i--) {
        IpAddress address =
            random.nextBoolean()
                ? new IpAddress(0, 0xFFFF_0000_0000L | (random.nextInt() & 0xFFFF_FFFFL))
                : new IpAddress(random.nextLong(), random.nextLong());
        ranges.add(new Cidr(address, random.nextInt(129)));
      }
      AddressList list = AddressListCodec.of(CidrSet.of(ranges));
      AddressList read = AddressListCodec.decode(list.hash(), bytes(list));
      assertThat(text(read)).as("seed %d", seed).isEqualTo(text(list));
      assertThat(read.ranges().size()).isEqualTo(list.ranges().size());
    }
  }

  @Test
  void refusesWhatDoesNotFitItsHashOrIsNoList() {
    assertThatThrownBy(() -> AddressListCodec.decode("0".repeat(64), bytes(list("10.0.0.0/8"))))
        .isInstanceOf(PlanFormatException.class)
        .hasMessageContaining("does not fit its hash");
    byte[] text = "10.0.0.0/8\nall\n".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> AddressListCodec.decode(PlanVersion.of(text), text))
        .isInstanceOf(PlanFormatException.class)
        .hasMessageContaining("not a list");
  }

  private static AddressList list(String... ranges) {
    return AddressListCodec.of(CidrSet.of(Stream.of(ranges).map(Cidr::parse).toList()));
  }

  private static byte[] bytes(AddressList list) {
    return AddressListCodec.encode(list.ranges());
  }

  private static String text(AddressList list) {
    return new String(bytes(list), StandardCharsets.US_ASCII);
  }
}
