// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.decision.Trace.Look;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Limits that hold requests instead of refusing them. */
class DelaysTest {

  @Test
  void holdsABurstOneRequestAfterTheOtherAndRefusesWhatWouldWaitTooLong() {
    TestGate gate = new TestGate(even(2));

    assertThat(millis(gate.get("/"))).isZero();
    assertThat(millis(gate.get("/"))).isEqualTo(1000);
    gate.now = gate.now.plusMillis(250);
    assertThat(millis(gate.get("/"))).isEqualTo(1750);
    Decision refused = gate.get("/");
    assertThat(Objects.requireNonNull(refused.refusal()).reason())
        .isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(refused.delay()).isNull();
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("1");
    assertThat(TestGate.header(refused, "ratelimit")).isEqualTo("\"even\";r=0;t=3");
    gate.now = gate.now.plusSeconds(1);
    assertThat(millis(gate.get("/"))).isEqualTo(1750);
  }

  /** When the client reads it, the request has been held. */
  @Test
  void tellsHowTheLimitStandsWhenTheRequestGoesOn() {
    TestGate gate = new TestGate(even(10));
    for (int i = 0; i < 5; i++) {
      assertThat(TestGate.header(gate.get("/"), "ratelimit")).isEqualTo("\"even\";r=0;t=1");
    }
  }

  @Test
  void saysWhichLimitHoldsTheRequest() {
    TestGate gate = new TestGate(even(2));
    gate.get("/");

    Decision held = gate.get("/");
    Delay delay = Objects.requireNonNull(held.delay());
    assertThat(delay.by().rule()).isEqualTo("even");
    assertThat(looks(held)).extracting(Look::found).containsExactly(Found.DELAYS);
    assertThat(looks(gate.get("/"))).extracting(Look::found).containsExactly(Found.DELAYS);
    assertThat(looks(gate.get("/"))).extracting(Look::found).containsExactly(Found.EXHAUSTED);
  }

  @Test
  void holdsForTheLongestOfSeveralLimits() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .even("first", LimitPhase.FLOOD, Mode.ENFORCE, 10)
                .even("second", LimitPhase.RATE, Mode.ENFORCE, 10));
    gate.get("/");
    assertThat(Objects.requireNonNull(gate.get("/").delay()).by().rule()).isEqualTo("first");

    TestGate uneven =
        new TestGate(
            new TestRoute()
                .even("none", LimitPhase.RATE, Mode.ENFORCE, 10)
                .rule("a", Effect.ALLOW, TestRoute.path("/a"), null)
                .even("shorter", LimitPhase.FLOOD, Mode.ENFORCE, 1));
    uneven.get("/a");
    assertThat(millis(uneven.get("/a"))).isEqualTo(1000);
    // The shorter bound refuses, and so the other one is not charged.
    assertThat(uneven.get("/a").allowed()).isFalse();
    uneven.now = uneven.now.plusSeconds(1);
    assertThat(millis(uneven.get("/a"))).isEqualTo(1000);
  }

  @Test
  void holdsNothingThatIsRefusedLater() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .even("even", LimitPhase.RATE, Mode.ENFORCE, 2)
                .rule("a", Effect.ALLOW, TestRoute.path("/a"), null));
    gate.get("/a");

    Decision refused = gate.get("/b");
    assertThat(refused.allowed()).isFalse();
    assertThat(refused.delay()).isNull();
    assertThat(millis(gate.get("/a"))).isEqualTo(2000);
  }

  @Test
  void chargesNothingWhenALimitBesideItRefuses() {
    TestGate gate = new TestGate(even(10).rate("once", LimitPhase.RATE, 1, "request.path"));
    gate.get("/a");
    for (int i = 0; i < 5; i++) {
      assertThat(gate.get("/a").allowed()).isFalse();
    }

    assertThat(millis(gate.get("/b"))).isEqualTo(1000);
  }

  @Test
  void holdsNothingInShadowModeAndRecordsWhatItWouldRefuse() {
    TestGate gate = new TestGate(new TestRoute().even("even", LimitPhase.RATE, Mode.SHADOW, 1));

    assertThat(gate.get("/").shadow()).isEmpty();
    Decision wouldWait = gate.get("/");
    assertThat(wouldWait.delay()).isNull();
    assertThat(wouldWait.shadow()).isEmpty();
    assertThat(looks(wouldWait)).extracting(Look::found).containsExactly(Found.DELAYS);
    assertThat(gate.get("/").shadow())
        .singleElement()
        .satisfies(finding -> assertThat(finding.wouldDeny()).isEqualTo(DenyReason.RATE_LIMITED));
  }

  @Test
  void holdsARequestThatEnvoyAsksAboutTwiceUntilTheSameMoment() {
    TestGate gate = new TestGate(even(5));
    gate.get("/");
    assertThat(millis(gate.ask("same", "GET", "/"))).isEqualTo(1000);
    gate.get("/");
    gate.now = gate.now.plusMillis(400);

    assertThat(millis(gate.ask("same", "GET", "/"))).isEqualTo(600);
    assertThat(millis(gate.get("/"))).isEqualTo(2600);
  }

  private static TestRoute even(long maxDelaySeconds) {
    return new TestRoute().even("even", LimitPhase.RATE, Mode.ENFORCE, maxDelaySeconds);
  }

  private static long millis(Decision decision) {
    assertThat(decision.allowed()).isTrue();
    return decision.delay() == null ? 0 : decision.delay().millis();
  }

  private static List<Look> looks(Decision decision) {
    return Objects.requireNonNull(decision.trace()).steps().stream()
        .flatMap(step -> step.looks().stream())
        .toList();
  }
}
