// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:80", "[::1]:65535", "localhost:1", "a-b.shop.svc:8080"})
  void readsWhatItWrites(String text) {
    assertThat(HostPort.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "host",
        "host:",
        "host:0",
        "host:65536",
        "host:999999",
        "host:-1",
        "::1:80",
        "[::1]80",
        "[host:80",
        "1.2.3:80",
        "1.2.3.256:80",
        "ho st:80",
        "host\n:80",
        ".host:80",
        "-host:80",
        "host..a:80",
        "[fe80::1%eth0]:80",
        "[localhost:80"
      })
  void refusesWhatIsNeither(String text) {
    assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsAddressesFromNames() {
    assertThat(HostPort.parse("10.0.0.1:1").isAddress()).isTrue();
    assertThat(HostPort.parse("[fd00::1]:1").isAddress()).isTrue();
    assertThat(HostPort.parse("cafe.beef:1").isAddress()).isFalse();
  }
}
