// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.extauthz.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DecisionPageTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.7");

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.1:9192", "localhost:1", "[::1]:9002"})
  void tellsWhoeverAsksOverLoopback(String host) {
    assertThat(DecisionPage.isLocal(LOOPBACK, LOOPBACK, host)).isTrue();
    assertThat(DecisionPage.isLocal(InetAddress.ofLiteral("::1"), LOOPBACK, host)).isTrue();
  }

  @Test
  void tellsNobodyWhoComesFromElsewhere() {
    assertThat(DecisionPage.isLocal(OTHER, LOOPBACK, "127.0.0.1")).isFalse();
    assertThat(DecisionPage.isLocal(LOOPBACK, OTHER, "127.0.0.1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil:80", ""})
  void tellsNoPageOfAnotherSiteInABrowserOnTheMachine(String host) {
    assertThat(DecisionPage.isLocal(LOOPBACK, LOOPBACK, host)).isFalse();
    assertThat(DecisionPage.isLocal(LOOPBACK, LOOPBACK, null)).isFalse();
  }
}
