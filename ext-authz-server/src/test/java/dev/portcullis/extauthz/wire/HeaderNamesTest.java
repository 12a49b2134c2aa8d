// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeaderNamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"host", "te", ":path", "authorization", "x-envoy-external-address"})
  void wellKnownNamesAreOneString(String name) {
    assertThat(read(name)).isEqualTo(name).isSameAs(read(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "Host", "hozt", "x-user-id", "authorizatiom", "grün", "a\0"})
  void anyOtherNameIsItself(String name) {
    assertThat(read(name)).isEqualTo(name);
  }

  private static String read(String name) {
    byte[] bytes = ("<" + name + ">").getBytes(StandardCharsets.UTF_8);
    return HeaderNames.of(bytes, 1, bytes.length - 2);
  }
}
