// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Mode;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailedCredentialsTest {
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void refusesAnAddressThatGuessesBeforeItsCredentialsAreLookedAt() {
    TestGate gate = guessing(guarded(Mode.ENFORCE, Mode.ENFORCE));

    for (int i = 0; i < 3; i++) {
      assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.CREDENTIALS_INVALID);
    }
    Decision refused = gate.get("/");

    assertThat(reason(refused)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(refused.by().phase()).isEqualTo(Phase.FLOOD);
    assertThat(refused.by().rule()).isEqualTo("floodGuard.failedCredentialsPerAddress");
    assertThat(asked).hasValue(3);
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("20");
    assertThat(TestGate.header(refused, "ratelimit-policy"))
        .isEqualTo("\"floodGuard.failedCredentialsPerAddress\";q=3;w=60");
    gate.peer = "192.0.2.2";
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.CREDENTIALS_INVALID);
  }

  @Test
  void letsTheAddressTryAgainAtTheRateOfItsBudget() {
    TestGate gate = guessing(guarded(Mode.ENFORCE, Mode.ENFORCE));
    for (int i = 0; i < 4; i++) {
      gate.get("/");
    }

    gate.now = gate.now.plusSeconds(20);

    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.CREDENTIALS_INVALID);
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.RATE_LIMITED);
  }

  @Test
  void countsAnIpv6SiteAsOneAddress() {
    TestGate gate = guessing(guarded(Mode.ENFORCE, Mode.ENFORCE));
    for (int i = 0; i < 3; i++) {
      gate.peer = "2001:db8::" + i;
      gate.get("/");
    }

    gate.peer = "2001:db8::ffff:1";
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.RATE_LIMITED);
  }

  @Test
  void countsNeitherWhoHoldsNorWhoBringsNothingNorWhoLacksANonce() {
    TestGate gate = new TestGate(guarded(Mode.ENFORCE, Mode.ENFORCE));

    for (AuthenticationResult result :
        List.of(
            TestGate.caller("acme", "gold"),
            new AuthenticationResult.Missing(List.of("Bearer")),
            new AuthenticationResult.Unavailable("jwt", "the issuer is away"),
            new AuthenticationResult.Unproven("jwt", "no nonce", List.of(), "n-1"))) {
      gate.authentication = () -> result;
      for (int i = 0; i < 9; i++) {
        assertThat(reason(gate.get("/"))).isNotEqualTo(DenyReason.RATE_LIMITED);
      }
    }
  }

  @Test
  void countsProofsThatDoNotHold() {
    TestGate gate = new TestGate(guarded(Mode.ENFORCE, Mode.ENFORCE));
    gate.authentication =
        () -> new AuthenticationResult.Unproven("jwt", "replayed", List.of(), null);

    for (int i = 0; i < 3; i++) {
      assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.PROOF_INVALID);
    }
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.RATE_LIMITED);
  }

  @Test
  void countsARequestThatEnvoyAsksAboutTwiceOnce() {
    TestGate gate = guessing(guarded(Mode.ENFORCE, Mode.ENFORCE));

    for (int i = 0; i < 9; i++) {
      assertThat(reason(gate.ask("same", "GET", "/"))).isEqualTo(DenyReason.CREDENTIALS_INVALID);
    }
  }

  @Test
  void onlyRecordsInShadowMode() {
    TestGate gate = guessing(guarded(Mode.SHADOW, Mode.ENFORCE));

    for (int i = 0; i < 3; i++) {
      assertThat(gate.get("/").shadow()).isEmpty();
    }
    Decision decision = gate.get("/");

    assertThat(reason(decision)).isEqualTo(DenyReason.CREDENTIALS_INVALID);
    assertThat(decision.shadow())
        .singleElement()
        .satisfies(finding -> assertThat(finding.wouldDeny()).isEqualTo(DenyReason.RATE_LIMITED));
  }

  @Test
  void countsNothingWhileAuthenticationRefusesNobody() {
    TestGate gate = guessing(guarded(Mode.ENFORCE, Mode.SHADOW));

    for (int i = 0; i < 9; i++) {
      assertThat(gate.get("/").allowed()).isTrue();
    }
  }

  private static TestRoute guarded(Mode guard, Mode authentication) {
    return new TestRoute().authenticated(authentication).failedCredentials(guard, 3);
  }

  private TestGate guessing(TestRoute route) {
    TestGate gate = new TestGate(route);
    gate.authentication =
        () -> {
          asked.incrementAndGet();
          return new AuthenticationResult.Invalid("partners", "no such key", List.of());
        };
    return gate;
  }

  private static DenyReason reason(Decision decision) {
    return decision.allowed()
        ? DenyReason.ROUTE_UNKNOWN
        : Objects.requireNonNull(decision.refusal()).reason();
  }
}
