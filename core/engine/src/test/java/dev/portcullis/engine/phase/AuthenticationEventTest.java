// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.expression.UnreadableVariableException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuthenticationEventTest {

  @Test
  void readsWhatTheTokenSays() {
    AuthenticationEvent event =
        new AuthenticationEvent(
            Map.of("acr", "urn:x", "amr", List.of("pwd", "otp"), "auth_time", 1_700_000_000L));
    assertThat(event.contextClass()).isEqualTo("urn:x");
    assertThat(event.methods()).isEqualTo(List.of("pwd", "otp"));
    assertThat(event.time()).isEqualTo(Instant.ofEpochSecond(1_700_000_000L));
    assertThat(new AuthenticationEvent(Map.of("auth_time", 17.9)).time())
        .isEqualTo(Instant.ofEpochSecond(17));
  }

  @Test
  void whatIsAbsentIsNoStrongAuthentication() {
    AuthenticationEvent event = new AuthenticationEvent(Map.of());
    assertThat(event.contextClass()).isEmpty();
    assertThat(event.methods()).isEmpty();
    assertThatThrownBy(event::time)
        .isInstanceOf(UnreadableVariableException.class)
        .hasMessageContaining("does not say");
  }

  @Test
  void whatHasAnotherTypeIsAnError() {
    List<Map<String, ?>> wrong =
        List.of(
            Map.of("acr", 1L, "amr", "mfa", "auth_time", "1700000000"),
            Map.of("acr", List.of("a"), "amr", List.of("mfa", 1L), "auth_time", -1L),
            Map.of("acr", true, "amr", Map.of("mfa", true), "auth_time", 1e300),
            Map.of("acr", 1.5, "amr", 1L, "auth_time", Double.NaN),
            Map.of("acr", Map.of(), "amr", true, "auth_time", Long.MAX_VALUE));
    for (Map<String, ?> claims : wrong) {
      AuthenticationEvent event = new AuthenticationEvent(claims);
      assertThatThrownBy(event::contextClass).isInstanceOf(UnreadableVariableException.class);
      assertThatThrownBy(event::methods).isInstanceOf(UnreadableVariableException.class);
      assertThatThrownBy(event::time).isInstanceOf(UnreadableVariableException.class);
    }
  }
}
