// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.decision.Trace.Said;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class TraceTest {

  @Test
  void namesEveryStepWhatItLookedAtAndWhatItRead() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rate("per-client", LimitPhase.RATE, 2)
                .rule("no-admin", Effect.DENY, TestRoute.path("/admin"), null)
                .rule(
                    "trial",
                    Effect.DENY,
                    Mode.SHADOW,
                    List.of(),
                    List.of(),
                    "source.address == \"x\"")
                .rule("read", Effect.ALLOW, TestRoute.path("/a"), null));

    List<Trace.Step> steps = steps(gate.get("/a"));

    assertThat(steps)
        .extracting(Trace.Step::section)
        .containsExactly("protocol", "limits", "authorization");
    assertThat(steps)
        .extracting(Trace.Step::said)
        .containsExactly(Said.PASS, Said.PASS, Said.ALLOW);
    assertThat(steps).allMatch(step -> step.nanos() > 0);
    assertThat(steps.get(1).looks())
        .singleElement()
        .satisfies(look -> {
          assertThat(look.by().rule()).isEqualTo("per-client");
          assertThat(look.found()).isEqualTo(Found.GRANTED);
          assertThat(look.remaining()).isEqualTo(1);
        });
    Trace.Step rules = steps.get(2);
    assertThat(rules.source()).isEqualTo(TestRoute.API);
    assertThat(rules.looks())
        .extracting(look -> look.by().rule() + " " + look.found() + " " + look.condition())
        .containsExactly(
            "no-admin OTHER_REQUEST null",
            "trial CONDITION_FALSE source.address == \"x\"",
            "read APPLIES null");
    assertThat(rules.looks().get(1).shadow()).isTrue();
    assertThat(rules.read())
        .containsExactlyInAnyOrder(
            Variable.REQUEST_METHOD, Variable.REQUEST_PATH, Variable.SOURCE_ADDRESS);
  }

  @Test
  void tellsWhatARefusalLeftOut() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rate("once", LimitPhase.RATE, 1)
                .rule("all", Effect.ALLOW, List.of(), null));
    gate.get("/");
    List<Trace.Step> steps = steps(gate.get("/"));
    assertThat(steps)
        .extracting(Trace.Step::said)
        .containsExactly(Said.PASS, Said.DENY, Said.NOT_REACHED);
    assertThat(steps.get(1).reason()).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(steps.get(1).looks().getFirst().found()).isEqualTo(Found.EXHAUSTED);
    assertThat(steps.get(2).nanos()).isZero();
  }

  @Test
  void isBounded() {
    TestRoute route = new TestRoute();
    for (int i = 0; i < Trace.MAX_LOOKS + 5; i++) {
      route.rule("rule-" + i, Effect.ALLOW, TestRoute.path("/never"), null);
    }
    Trace trace = trace(new TestGate(route).get("/"));
    assertThat(trace.steps().getLast().looks()).hasSize(Trace.MAX_LOOKS);
    assertThat(trace.unnoted()).isEqualTo(5);
  }

  private static List<Trace.Step> steps(Decision decision) {
    return trace(decision).steps();
  }

  private static Trace trace(Decision decision) {
    return Objects.requireNonNull(decision.trace());
  }
}
