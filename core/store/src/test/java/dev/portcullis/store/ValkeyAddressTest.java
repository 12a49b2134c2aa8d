// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ValkeyAddressTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "valkey://store                  | valkey://store:6379",
        "redis://store:7000              | valkey://store:7000",
        "valkeys://store/3               | valkeys://store:6379/3",
        "rediss://[::1]:6380             | valkeys://[::1]:6380",
        "valkey+sentinel://a,b:1/main    | valkey+sentinel://a:26379,b:1/main",
        "rediss+sentinel://a/main/2      | valkeys+sentinel://a:26379/main/2",
        "valkeys+cluster://a:1,b:2,c     | valkeys+cluster://a:1,b:2,c:6379",
      })
  void readsEachForm(String text, String same) {
    assertThat(ValkeyAddress.parse(text)).hasToString(same);
    assertThat(ValkeyAddress.parse(same)).isEqualTo(ValkeyAddress.parse(text));
  }

  @Test
  void knowsWhoAnswers() {
    ValkeyAddress address = ValkeyAddress.parse("valkeys+sentinel://a:1/main/2");

    assertThat(address.kind()).isEqualTo(ValkeyAddress.Kind.SENTINEL);
    assertThat(address.tls()).isTrue();
    assertThat(address.hosts()).containsExactly(HostAndPort.fromParts("a", 1));
    assertThat(address.primary()).isEqualTo("main");
    assertThat(address.database()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "store:6379",
        "http://store",
        "valkey://",
        "valkey://a,b",
        "valkey://a:0x1",
        "valkey://a:99999",
        "valkey://a/one",
        "valkey://a/1/2",
        "valkey://::1",
        "valkey+sentinel://a",
        "valkey+sentinel:///main",
        "valkey+cluster://a/1",
        "valkey+other://a",
        "valkey://a?timeout=1",
        "valkey://a,,b",
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> ValkeyAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPasswordDoesNotBelongThereAndIsNotRepeated() {
    assertThatThrownBy(() -> ValkeyAddress.parse("valkey://user:hunter2@store"))
        .hasMessageContaining("--valkey-password-file")
        .hasMessageNotContaining("hunter2");
  }
}
