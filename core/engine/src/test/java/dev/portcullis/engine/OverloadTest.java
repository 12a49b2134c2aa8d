// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.decision.Trace.Look;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.LoadReport;
import dev.portcullis.engine.overload.OverloadState;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests give way, those of the lowest plans first, while the service is overloaded. */
class OverloadTest {
  private final TestGate gate =
      new TestGate(
          new TestRoute()
              .authenticated(Mode.ENFORCE)
              .overload(Mode.ENFORCE, "gold")
              .rate("per-client", LimitPhase.RATE, 1_000_000));

  @Test
  void marksRequestsOfWhichItWantsToHear() {
    LoadMark first = mark(call("acme", "gold"));
    assertThat(first.priority()).isEqualTo(1);
    assertThat(mark(call("acme", "gold"))).isEqualTo(first);
    assertThat(mark(call("acme", "free")))
        .isEqualTo(new LoadMark(first.plans(), 0, first.client()));
    Set<Integer> voices =
        IntStream.range(0, 100)
            .mapToObj(i -> mark(call("client-" + i, "gold")).client())
            .collect(Collectors.toSet());
    assertThat(voices).hasSizeGreaterThan(95);
  }

  /** Else one user would speak for all of an application, and alone take it away from them. */
  @Test
  void tellsUsersOfAnApplicationApartAndKeysOfAClientNot() {
    assertThat(mark(call(caller("app", "ann", Map.of("sub", "ann")))))
        .isNotEqualTo(mark(call(caller("app", "bob", Map.of("sub", "bob")))))
        .isEqualTo(mark(call(caller("app", "ann", Map.of("sub", "ann", "jti", "2")))));
    assertThat(mark(call(caller("", "ann", Map.of("sub", "ann")))))
        .isNotEqualTo(mark(call(caller("", "bob", Map.of("sub", "bob")))));
    assertThat(mark(call(caller("acme", "key-1", Map.of()))))
        .isEqualTo(mark(call(caller("acme", "key-2", Map.of()))))
        .isNotEqualTo(mark(call(caller("other", "key-1", Map.of()))));
  }

  private static AuthenticationResult caller(
      String client, String subject, Map<String, Object> claims) {
    return new AuthenticationResult.Authenticated(
        new Identity(
            "test",
            true,
            subject,
            null,
            List.of(),
            claims,
            client,
            null,
            Identity.NO_END,
            List.of()));
  }

  private Decision call(AuthenticationResult caller) {
    gate.authentication = () -> caller;
    return gate.get("/");
  }

  @Test
  void tellsAddressesApartWhereNobodyIsKnown() {
    TestGate open = new TestGate(new TestRoute().overload(Mode.ENFORCE));
    LoadMark first = mark(open.get("/"));
    open.peer = "192.0.2.2";
    assertThat(mark(open.get("/"))).isNotEqualTo(first);
    open.peer = "2001:db8::1";
    LoadMark site = mark(open.get("/"));
    // One customer of a provider has all of it.
    open.peer = "2001:db8:0:ffff::2";
    assertThat(mark(open.get("/"))).isEqualTo(site);
    open.peer = "2001:db8:1::1";
    assertThat(mark(open.get("/"))).isNotEqualTo(site);
  }

  /** A request from the edge is decided twice, and both may meet the same control. */
  @Test
  void leavesWhatAGatewayBringsToTheGateway() {
    gate.hop = Hop.BEHIND_GATEWAY;
    for (int i = 0; i < 100; i++) {
      Decision decision = call("acme", "free");
      assertThat(decision.load()).isNull();
      assertThat(looks(decision)).isEmpty();
    }
    gate.hop = Hop.AT_GATEWAY;
    assertThat(mark(call("acme", "gold")).priority()).isEqualTo(1);

    overloaded(gate, 15);
    assertThat(admitted().getFirst()).isEqualTo(100);
    assertThat(calls("free", 100)).filteredOn(Decision::allowed).hasSize(10);
    gate.hop = Hop.BEHIND_GATEWAY;
    assertThat(calls("free", 100)).allMatch(Decision::allowed);
    // Nor does it count them.
    gate.hop = Hop.AT_GATEWAY;
    assertThat(calls("free", 100)).filteredOn(Decision::allowed).hasSize(10);
  }

  /** The gateway would take the time for the service's. */
  @Test
  void tellsAGatewayThatARequestWasHeld() {
    TestGate holding =
        new TestGate(
            new TestRoute().overload(Mode.ENFORCE).even("even", LimitPhase.RATE, Mode.ENFORCE, 5));
    holding.hop = Hop.BEHIND_GATEWAY;
    Decision first = holding.get("/");
    assertThat(first.delay()).isNull();
    assertThat(TestGate.header(first, CheckNames.ACTED_HEADER)).isEmpty();
    Decision held = holding.get("/");
    assertThat(held.delay()).isNotNull();
    assertThat(TestGate.header(held, CheckNames.ACTED_HEADER))
        .isEqualTo("held=" + Objects.requireNonNull(held.delay()).millis());

    // Where no gateway asks, the log tells the time of the service alone.
    holding.hop = Hop.DIRECT;
    Decision direct = holding.get("/");
    assertThat(direct.delay()).isNotNull();
    assertThat(direct.load()).isNotNull();
    assertThat(TestGate.header(direct, CheckNames.ACTED_HEADER)).isEmpty();
  }

  /** One that runs into its limit must not make it deaf for all others. */
  @Test
  void marksNothingThatIsRefusedAfterwardsAndCountsItNot() {
    TestGate limited =
        new TestGate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .overload(Mode.ENFORCE, "gold")
                .rate("per-client", LimitPhase.RATE, 10));
    for (int period = 0; period < 3; period++) {
      limited.authentication = () -> TestGate.caller("greedy", "free");
      int refused = 0;
      for (int i = 0; i < 3000; i++) {
        Decision decision = limited.get("/");
        refused += decision.allowed() ? 0 : 1;
        assertThat(decision.load() == null).isEqualTo(!decision.allowed());
      }
      assertThat(refused).isGreaterThan(2900);
      for (int i = 0; i < 10; i++) {
        String client = "client-" + period + "-" + i;
        limited.authentication = () -> TestGate.caller(client, "free");
        assertThat(limited.get("/").load()).isNotNull();
      }
      limited.now = limited.now.plusSeconds(1);
    }
  }

  @Test
  void admitsAllUntilItHearsOfAnOverload() {
    for (int i = 0; i < 100; i++) {
      assertThat(call("acme", "free").allowed()).isTrue();
    }
    assertThat(admitted()).containsExactly(1000, 1000);
  }

  @Test
  void letsTheLowestPlanGiveWayAndTakesItBackInAgain() {
    overloaded(gate, 15);

    // Exactly so many, for what was asked before is a multiple of a piece of the line.
    List<Decision> free = calls("free", 100);
    assertThat(free).filteredOn(Decision::allowed).hasSize(10);
    assertThat(calls("gold", 100)).allMatch(Decision::allowed);
    Decision refused =
        free.stream().filter(decision -> !decision.allowed()).findFirst().orElseThrow();
    var refusal = Objects.requireNonNull(refused.refusal());
    assertThat(refusal.reason()).isEqualTo(DenyReason.OVERLOADED);
    assertThat(refusal.reason().httpStatus()).isEqualTo(503);
    assertThat(refusal.by().rule()).isEqualTo("overload");
    assertThat(refusal.by().policy()).isEqualTo(TestRoute.LIMITS);
    assertThat(TestGate.header(refused, "retry-after")).isIn("1", "2");
    assertThat(refused.load()).isNull();
    // Limits of its phase are not charged.
    assertThat(refused.responseHeaders()).extracting(HeaderField::name).doesNotContain("ratelimit");
    assertThat(looks(refused)).extracting(Look::found).containsExactly(Found.GIVES_WAY);

    gate.now = gate.now.plusSeconds(25);
    assertThat(calls("free", 100)).allMatch(Decision::allowed);
  }

  @Test
  void refusesNothingInShadowMode() {
    TestGate shadow =
        new TestGate(new TestRoute().authenticated(Mode.ENFORCE).overload(Mode.SHADOW, "gold"));
    overloaded(shadow, 15);

    shadow.authentication = () -> TestGate.caller("acme", "free");
    List<Decision> decisions = IntStream.range(0, 100).mapToObj(_ -> shadow.get("/")).toList();
    assertThat(decisions).allMatch(Decision::allowed);
    assertThat(decisions.stream().flatMap(decision -> decision.shadow().stream()))
        .hasSize(90)
        .extracting(ShadowFinding::wouldDeny)
        .containsOnly(DenyReason.OVERLOADED);
  }

  @Test
  void keepsWhatItLearntWhenSomethingElseOfTheRouteIsEdited() {
    overloaded(gate, 15);
    List<Integer> before = admitted();
    assertThat(before.getFirst()).isEqualTo(100);

    var _ =
        gate.engine.apply(
            List.of(
                new TestRoute()
                    .authenticated(Mode.ENFORCE)
                    .overload(Mode.ENFORCE, "gold")
                    .rate("per-client", LimitPhase.RATE, 5)
                    .build()),
            List.of());
    assertThat(admitted()).isEqualTo(before);

    // Numbers may be mended during an incident.
    var _ =
        gate.engine.apply(
            List.of(
                new TestRoute()
                    .authenticated(Mode.ENFORCE)
                    .overload(Mode.ENFORCE, Duration.ofMillis(500), "gold")
                    .build()),
            List.of());
    assertThat(admitted()).isEqualTo(before);

    var _ =
        gate.engine.apply(
            List.of(
                new TestRoute().authenticated(Mode.ENFORCE).overload(Mode.ENFORCE, "x").build()),
            List.of());
    assertThat(admitted()).containsExactly(1000, 1000);
    var _ = gate.engine.replace(List.of(new TestRoute().build()));
    assertThat(gate.engine.overloads(nanos())).isEmpty();
    // Of a request that was under way.
    gate.engine.hear(TestRoute.ID, bad(0, nanos()), nanos());
    gate.engine.hear("nowhere", bad(0, nanos()), nanos());
  }

  private List<Integer> admitted() {
    OverloadState state = Objects.requireNonNull(gate.engine.overloads(nanos()).get(TestRoute.ID));
    return state.admitted();
  }

  /** Requests of both plans for some periods, all of which are slow. */
  private static void overloaded(TestGate gate, int periods) {
    for (int period = 0; period < periods; period++) {
      for (int i = 0; i < 50; i++) {
        gate.authentication = () -> TestGate.caller("acme", "free");
        gate.get("/");
      }
      long now = gate.now.getEpochSecond() * 1_000_000_000L + gate.now.getNano();
      for (int client = 0; client < 10; client++) {
        gate.engine.hear(TestRoute.ID, bad(client, now), now);
      }
      gate.now = gate.now.plusSeconds(1);
    }
  }

  /** Of a client in the lowest plan. */
  private static LoadReport bad(int client, long now) {
    LoadMark mark = new LoadMark(LoadMark.number(List.of("gold")), 0, client);
    return new LoadReport(mark, true, true, 0, now);
  }

  private long nanos() {
    return gate.now.getEpochSecond() * 1_000_000_000L + gate.now.getNano();
  }

  private Decision call(String client, String plan) {
    gate.authentication = () -> TestGate.caller(client, plan);
    return gate.get("/");
  }

  private List<Decision> calls(String plan, int requests) {
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      decisions.add(call("acme", plan));
    }
    return decisions;
  }

  private static LoadMark mark(Decision decision) {
    return Objects.requireNonNull(decision.load());
  }

  private static List<Look> looks(Decision decision) {
    return Objects.requireNonNull(decision.trace()).steps().stream()
        .filter(step -> step.section().equals("overload"))
        .flatMap(step -> step.looks().stream())
        .toList();
  }
}
