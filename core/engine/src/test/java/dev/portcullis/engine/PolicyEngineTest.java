// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PolicyEngineTest {

  @Test
  void refusesRoutesThatItDoesNotKnowOrThatAreClosed() {
    TestGate gate = new TestGate(new TestRoute());
    gate.engine.replace(List.of());
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.ROUTE_UNKNOWN);

    gate.engine.apply(
        List.of(
            new ClosedRoute(
                new RouteId(TestRoute.ID),
                ClosedRoute.Reason.POLICY_NOT_ACCEPTED,
                "spec.x is wrong",
                List.of(TestRoute.API))),
        List.of());
    Decision closed = gate.get("/");
    assertThat(reason(closed)).isEqualTo(DenyReason.ROUTE_CLOSED);
    assertThat(refusal(closed).detail()).doesNotContain("spec.x");
    assertThat(refusal(closed).cause()).contains("spec.x is wrong");
  }

  @Test
  void keepsTheFormerVersionOfARouteThatCannotBeLoadedElseClosesIt() {
    TestRoute broken = new TestRoute().rule("r", Effect.ALLOW, List.of(), "request.nothing");
    TestGate gate = new TestGate(new TestRoute());

    assertThat(gate.engine.apply(List.of(broken.build()), List.of()))
        .hasEntrySatisfying(
            new RouteId(TestRoute.ID), why -> assertThat(why).contains("request.nothing"));
    assertThat(gate.get("/").allowed()).isTrue();

    gate.engine.replace(List.of());
    gate.engine.apply(List.of(broken.build()), List.of());
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.ROUTE_CLOSED);
  }

  @Test
  void deniesBeforeItAllowsAndDeniesByDefault() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule("all", Effect.ALLOW, TestRoute.path("/orders/**"), null)
                .rule("no-admin", Effect.DENY, TestRoute.path("/orders/admin"), null));

    Decision allowed = gate.get("/orders/17");
    assertThat(allowed.allowed()).isTrue();
    assertThat(allowed.by().rule()).isEqualTo("all");
    assertThat(refusal(gate.get("/orders/admin")).by().rule()).isEqualTo("no-admin");
    assertThat(reason(gate.get("/orders/admin/"))).isEqualTo(DenyReason.RULE_DENIED);
    assertThat(reason(gate.get("/orders/adm%69n"))).isEqualTo(DenyReason.RULE_DENIED);
    assertThat(reason(gate.get("/else"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
    assertThat(reason(gate.get("/ORDERS/17"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
  }

  @Test
  void deniesOnAnErrorInADenyRuleAndDoesNotAllowOnOneInAnAllowRule() {
    String error = "request.headers[\"absent\"] == \"x\"";
    TestGate deny =
        new TestGate(
            new TestRoute()
                .rule("error", Effect.DENY, List.of(), error)
                .rule("all", Effect.ALLOW, List.of(), null));
    TestGate allow = new TestGate(new TestRoute().rule("error", Effect.ALLOW, List.of(), error));

    assertThat(reason(deny.get("/"))).isEqualTo(DenyReason.RULE_DENIED);
    assertThat(reason(allow.get("/"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
    assertThat(allow.get("/").notes()).isNotEmpty();
    assertThat(allow.get("/", "absent", "x").allowed()).isTrue();
  }

  @Test
  void demandsEveryScope() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .rule("r", Effect.ALLOW, Mode.ENFORCE, List.of(), List.of("a", "b"), null));

    gate.authentication = () -> TestGate.caller("acme", "gold", "a");
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
    gate.authentication = () -> TestGate.caller("acme", "gold", "b", "a");
    assertThat(gate.get("/").allowed()).isTrue();
  }

  @Test
  void tellsUpstreamWhoCallsAndLetsNoClientDoSo() {
    TestGate gate = new TestGate(new TestRoute().authenticated(Mode.ENFORCE));
    gate.authentication = () -> TestGate.caller("acme", "gold");

    Decision decision = gate.get("/", "x-portcullis-bot-score", "0");

    assertThat(decision.upstreamHeaders()).containsExactly(new HeaderField("x-user-id", "acme"));
    assertThat(decision.removedHeaders()).containsExactly("x-portcullis-bot-score");
  }

  @Test
  void tellsWhenTheCredentialEndsUnlessItWasNotNeeded() {
    for (Mode mode : Mode.values()) {
      TestGate gate = new TestGate(new TestRoute().authenticated(mode));
      gate.authentication = () -> TestGate.callerUntil(1_800_000_000, "acme", "gold");

      assertThat(gate.get("/").validUntil())
          .isEqualTo(mode == Mode.ENFORCE ? 1_800_000_000 : Identity.NO_END);
      assertThat(gate.get("/").identity()).isNotNull();
    }
  }

  @Test
  void challengesWhoeverBringsNoCredentialsOrBadOnes() {
    TestGate gate = new TestGate(new TestRoute().authenticated(Mode.ENFORCE));

    Decision missing = gate.get("/");
    assertThat(reason(missing)).isEqualTo(DenyReason.CREDENTIALS_MISSING);
    assertThat(TestGate.header(missing, "www-authenticate")).isEqualTo("Bearer");

    gate.authentication =
        () -> new AuthenticationResult.Invalid("jwt", "signature", List.of("Bearer error=x"));
    Decision invalid = gate.get("/");
    assertThat(reason(invalid)).isEqualTo(DenyReason.CREDENTIALS_INVALID);
    assertThat(refusal(invalid).detail()).doesNotContain("signature");
    assertThat(refusal(invalid).by().rule()).isEqualTo("jwt");
  }

  @Test
  void refusesWhenAStepCannotTellOrFails() {
    TestGate gate = new TestGate(new TestRoute().authenticated(Mode.ENFORCE));

    gate.authentication = () -> new AuthenticationResult.Unavailable("jwt", "no keys yet");
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.UNAVAILABLE);
    gate.authentication =
        () -> {
          throw new IllegalStateException("token abc");
        };
    Decision failed = gate.get("/");
    assertThat(reason(failed)).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(refusal(failed).cause())
        .contains("IllegalStateException")
        .doesNotContain("token abc");
  }

  @Test
  void recordsWhatShadowedSectionsWouldHaveDoneAndChangesNothing() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .authenticated(Mode.SHADOW)
                .authorizationMode(Mode.SHADOW)
                .rule("none", Effect.ALLOW, TestRoute.path("/never"), null));

    Decision decision = gate.get("/");

    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow())
        .extracting("wouldDeny")
        .containsExactly(DenyReason.CREDENTIALS_MISSING, DenyReason.NO_RULE_ALLOWS);
  }

  @Test
  void recordsWhatShadowedRulesWouldHaveDoneAndChangesNothing() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule("trial", Effect.DENY, Mode.SHADOW, List.of(), List.of(), null)
                .rule("later", Effect.ALLOW, Mode.SHADOW, List.of(), List.of(), null)
                .rule("real", Effect.ALLOW, TestRoute.path("/a"), null));

    Decision allowed = gate.get("/a");
    assertThat(allowed.by().rule()).isEqualTo("real");
    assertThat(allowed.shadow())
        .extracting(finding -> finding.by().rule())
        .containsExactly("trial", "later");
    assertThat(reason(gate.get("/b"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
  }

  private static Refusal refusal(Decision decision) {
    return Objects.requireNonNull(decision.refusal());
  }

  private static DenyReason reason(Decision decision) {
    return refusal(decision).reason();
  }
}
