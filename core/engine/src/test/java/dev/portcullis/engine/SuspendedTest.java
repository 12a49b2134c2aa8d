// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Decisions that do not end on the thread on which they began. */
class SuspendedTest {
  private final List<Patience> asked = new ArrayList<>();
  private Authenticator authenticator =
      (_, patience) ->
          patience == Patience.NONE
              ? AuthenticationResult.Waits.WAITS
              : TestGate.caller("acme", "gold", "orders.read");
  private int scored;
  private int requests;

  private final PolicyEngine engine =
      new PolicyEngine(
          (_, _) ->
              (request, patience) -> {
                asked.add(patience);
                return authenticator.authenticate(request, patience);
              },
          _ ->
              (_, _) -> {
                scored++;
                return new BotScore(0, List.of());
              },
          QuotaStores.alone(new InProcessQuotaStore(1000)),
          GeoSource.NONE,
          AddressLists.NONE);

  private void load(TestRoute route) {
    assertThat(engine.replace(List.of(route.build()))).isEmpty();
  }

  private RequestContext request() {
    return new RequestContext(
        new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
        Headers.of(),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
        "r" + ++requests,
        TestGate.NOW);
  }

  private Suspended suspended() {
    Outcome outcome = engine.begin(TestRoute.ID, request());
    assertThat(outcome).isInstanceOf(Suspended.class);
    return (Suspended) outcome;
  }

  @Test
  void goesOnWithTheStepThatWaitsAndRunsNoneBeforeItAgain() {
    load(
        new TestRoute()
            .rate("flood", LimitPhase.FLOOD, 3)
            .bot()
            .authenticated(Mode.ENFORCE)
            .rule("read", Effect.ALLOW, TestRoute.path("/orders"), "auth.client == 'acme'"));

    Decision decision = resumed(suspended());

    assertThat(decision.allowed()).isTrue();
    assertThat(decision.by().rule()).isEqualTo("read");
    assertThat(TestGate.header(decision, "ratelimit")).startsWith("\"flood\";r=2");
    assertThat(scored).isOne();
    assertThat(asked).containsExactly(Patience.NONE, Patience.COMPUTING);
  }

  @Test
  void decidesAtOnceWhereNothingWaits() {
    load(new TestRoute().authenticated(Mode.ENFORCE));
    authenticator = (_, _) -> TestGate.caller("acme", "gold");
    assertThat(engine.begin(TestRoute.ID, request())).isInstanceOf(Decision.class);
    assertThat(engine.begin("shop/unknown", request())).isInstanceOf(Decision.class);
    assertThat(asked).containsExactly(Patience.NONE);
  }

  @Test
  void neverSuspendsForWhoeverMayBeKept() {
    load(new TestRoute().authenticated(Mode.ENFORCE));
    assertThat(engine.decide(TestRoute.ID, request()).allowed()).isTrue();
    assertThat(asked).containsExactly(Patience.COMPUTING);
  }

  /** A section in shadow mode refuses nobody, also when there is no place to wait for it. */
  @Test
  void goesOnWithoutWhatOnlyAShadowWaitsFor() {
    load(
        new TestRoute()
            .authenticated(Mode.SHADOW)
            .rule("read", Effect.ALLOW, TestRoute.path("/orders"), "true"));

    Decision decision = suspended().refuse("no place");

    assertThat(decision.allowed()).isTrue();
    assertThat(decision.by().rule()).isEqualTo("read");
    assertThat(decision.refusedInShadow()).isTrue();
    assertThat(decision.shadow())
        .anySatisfy(finding -> {
          assertThat(finding.by().phase()).isEqualTo(Phase.AUTHENTICATION);
          assertThat(finding.wouldDeny()).isEqualTo(DenyReason.UNAVAILABLE);
        });
    assertThat(asked).hasSize(1);
  }

  @Test
  void refusesInsteadOfGoingOn() {
    load(new TestRoute().rate("flood", LimitPhase.FLOOD, 3).authenticated(Mode.ENFORCE));
    Refusal refusal = refusal(suspended().refuse("no place"));
    assertThat(refusal.reason()).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(refusal.cause()).isEqualTo("no place");
    assertThat(refusal.by().phase()).isEqualTo(Phase.AUTHENTICATION);
    assertThat(asked).hasSize(1);
  }

  @Test
  void refusesAStepThatWaitsThoughItMayCompute() {
    load(new TestRoute().authenticated(Mode.ENFORCE));
    authenticator = (_, _) -> AuthenticationResult.Waits.WAITS;
    assertThat(refusal(resumed(suspended())).reason()).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(refusal(engine.decide(TestRoute.ID, request())).reason())
        .isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(asked).hasSize(3);
  }

  @Test
  void waitsInShadowToo() {
    load(new TestRoute().authenticated(Mode.SHADOW));
    assertThat(resumed(suspended()).identity()).isNotNull();
  }

  @Test
  void refusesWhenGoingOnFails() {
    load(new TestRoute().authenticated(Mode.ENFORCE));
    Suspended waits = suspended();
    authenticator =
        (_, _) -> {
          throw new IllegalStateException("token abc");
        };
    Refusal refusal = refusal(resumed(waits));
    assertThat(refusal.reason()).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(refusal.cause()).contains("IllegalStateException").doesNotContain("abc");
  }

  @Test
  void endsByTheVersionWithWhichItBegan() {
    load(new TestRoute().authenticated(Mode.ENFORCE));
    Suspended waits = suspended();
    engine.replace(List.of());
    assertThat(resumed(waits).allowed()).isTrue();
    assertThat(refusal(engine.decide(TestRoute.ID, request())).reason())
        .isEqualTo(DenyReason.ROUTE_UNKNOWN);
  }

  private static Decision resumed(Suspended waits) {
    Outcome outcome = waits.resume();
    assertThat(outcome).isInstanceOf(Decision.class);
    return (Decision) outcome;
  }

  private static Refusal refusal(Decision decision) {
    return Objects.requireNonNull(decision.refusal());
  }
}
