// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, 203.0.113.7",
    "::ffff:203.0.113.7, 203.0.113.7",
    "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
  })
  void printsTheCanonicalForm(String text, String canonical) {
    assertThat(IpAddress.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4 ",
        "1..2.3",
        "0x1.2.3.4",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8:9",
        "12345::",
        "fe80::1%eth0",
        "::1.2.3",
        "g::",
        "1:2:3:4:5:6:7:1.2.3.4",
        ":1:2:3:4:5:6:7",
        "１::",
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not an IP address");
  }

  @Test
  void readsAndPrintsAsTheJdkDoes() throws UnknownHostException {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[16];
      random.nextBytes(bytes);
      for (int b = 0; b < 16; b += 2) {
        if (random.nextInt(3) > 0) {
          bytes[b] = bytes[b + 1] = 0;
        }
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      IpAddress address = new IpAddress(buffer.getLong(), buffer.getLong());
      assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
      if (!address.isIpv4()) {
        String jdk = InetAddress.getByAddress(bytes).getHostAddress();
        assertThat(IpAddress.parse(jdk)).isEqualTo(address);
      }
    }
  }

  @Test
  void masksEveryPrefix() {
    IpAddress ones = new IpAddress(-1, -1);
    for (int prefix = 0; prefix <= 128; prefix++) {
      IpAddress masked = ones.masked(prefix);
      assertThat(Long.bitCount(masked.high()) + Long.bitCount(masked.low())).isEqualTo(prefix);
    }
  }
}
