// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec.Count;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Limits that wait for the ends of requests. */
class UntilTheEndTest {
  private final InProcessQuotaStore own = new InProcessQuotaStore(1000);
  private final TestSharedQuotas shared = new TestSharedQuotas();
  private final PolicyEngine engine =
      new PolicyEngine(
          (_, _) -> (_, _) -> TestGate.caller("acme", "none"),
          _ -> (_, _) -> new BotScore(0, List.of()),
          new QuotaStores(own, shared),
          GeoSource.NONE,
          AddressLists.NONE,
          true);
  private static final Allowance TEN = new Allowance.Rate(10, Duration.ofMinutes(1), 9);
  private Instant now = TestGate.NOW;
  private int requests;

  private void load(TestRoute route) {
    assertThat(engine.replace(List.of(route.build()))).isEmpty();
  }

  private static TestRoute route() {
    return new TestRoute().authenticated(Mode.ENFORCE);
  }

  private static TestRoute atOnce(TestRoute route, Mode mode, long requests) {
    return route.limit("work", LimitPhase.RATE, mode, new Allowance.Concurrency(requests), null);
  }

  private RequestContext request() {
    return new RequestContext(
        new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
        Headers.of(),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
        "r" + ++requests,
        now);
  }

  private Decision get() {
    return engine.decide(TestRoute.ID, request());
  }

  private long nanos() {
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private void end(Decision decision, boolean successful) {
    for (Reservation charge : decision.reservations()) {
      if (charge.policies().isEmpty()) {
        assertThat(own.settle(charge.id(), successful, nanos())).isTrue();
      } else {
        shared.settle(charge, successful, nanos());
      }
    }
  }

  private static DenyReason reason(Decision decision) {
    return Objects.requireNonNull(decision.refusal()).reason();
  }

  @Test
  void tellsClientsHowManyMayBeAtOnce() {
    load(atOnce(route(), Mode.ENFORCE, 2));

    Decision first = get();
    assertThat(TestGate.header(first, "ratelimit-policy"))
        .isEqualTo("\"work\";q=2;qu=\"concurrent-requests\"");
    assertThat(TestGate.header(first, "ratelimit")).isEqualTo("\"work\";r=1");
    assertThat(first.reservations()).hasSize(1);
    get();

    Decision refused = get();
    assertThat(reason(refused)).isEqualTo(DenyReason.CONCURRENCY_EXCEEDED);
    assertThat(TestGate.header(refused, "ratelimit")).isEqualTo("\"work\";r=0");
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("1");
    assertThat(refused.reservations()).isEmpty();
    end(first, false);
    assertThat(get().allowed()).isTrue();
  }

  /** What is refused by a later phase has taken its place, and says so. */
  @Test
  void whatIsRefusedLaterFreesItsPlaceToo() {
    load(
        atOnce(route(), Mode.ENFORCE, 1)
            .rule("nobody", Effect.DENY, Mode.ENFORCE, List.of(), List.of(), null));

    Decision refused = get();
    assertThat(reason(refused)).isEqualTo(DenyReason.RULE_DENIED);
    assertThat(refused.reservations()).hasSize(1);
    assertThat(reason(get())).isEqualTo(DenyReason.CONCURRENCY_EXCEEDED);
    end(refused, false);
    assertThat(reason(get())).isEqualTo(DenyReason.RULE_DENIED);
  }

  @Test
  void shadowsRefuseNobodyAndFreeTheirPlaces() {
    load(atOnce(route(), Mode.SHADOW, 1));

    Decision first = get();
    Decision second = get();
    assertThat(first.refusedInShadow()).isFalse();
    assertThat(second.allowed()).isTrue();
    assertThat(second.refusedInShadow()).isTrue();
    assertThat(second.reservations()).isEmpty();
    end(first, true);
    assertThat(get().refusedInShadow()).isFalse();
  }

  @Test
  void failuresAreChargedAndSuccessesGivenBack() {
    load(route().count(Count.FAILURES).rate("login", LimitPhase.RATE, 2));

    for (int i = 0; i < 10; i++) {
      Decision decision = get();
      assertThat(decision.allowed()).as("login %d", i).isTrue();
      end(decision, true);
    }
    end(get(), false);
    end(get(), false);
    assertThat(reason(get())).isEqualTo(DenyReason.RATE_LIMITED);
  }

  @Test
  void otherLimitsWaitForNothing() {
    load(route().rate("rate", LimitPhase.RATE, 2).daily("daily", 5));

    assertThat(get().reservations()).isEmpty();
  }

  @Test
  void whatReplicasCountTogetherNamesItsPolicies() {
    load(atOnce(route().sharing(OnStoreFailure.DENY), Mode.ENFORCE, 1));

    Decision first = get();
    assertThat(first.reservations())
        .extracting(Reservation::policies)
        .containsExactly(List.of("shop/orders"));
    assertThat(reason(get())).isEqualTo(DenyReason.CONCURRENCY_EXCEEDED);
    end(first, true);
    assertThat(get().allowed()).isTrue();
  }

  /** It cannot be leased ahead what must be given back by name. */
  @Test
  void isAlwaysAskedForExactly() {
    load(atOnce(route().leased(OnStoreFailure.DENY), Mode.ENFORCE, 10));
    shared.leased = 5;

    get();

    assertThat(shared.asked).hasSize(1);
    assertThat(shared.asked.getFirst()).noneMatch(charge -> charge.leased());
  }

  /** Whoever waited has its answer by then, without a ticket. */
  @Test
  void whatTheStoreSaysTooLateIsTakenBack() {
    load(atOnce(route().sharing(OnStoreFailure.DENY), Mode.ENFORCE, 1));
    Suspended waiting = (Suspended) engine.begin(TestRoute.ID, request());
    assertThat(waiting.refuse("nobody waits").reservations()).isEmpty();

    Objects.requireNonNull(waiting.inquiry()).ask();

    assertThat(shared.refunded).isEmpty();
    assertThat(get().allowed()).isTrue();
  }

  /** What comes after the step that waits is not run for nobody. */
  @Test
  void whoGoesAwayIsChargedNothingMore() {
    load(
        atOnce(route().sharing(OnStoreFailure.LOCAL_SHARE), Mode.ENFORCE, 1)
            .limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null)
            .daily("daily", 10));
    Suspended gone = (Suspended) engine.begin(TestRoute.ID, request());
    Objects.requireNonNull(gone.inquiry()).ask();
    Suspended early = (Suspended) engine.begin(TestRoute.ID, request());

    assertThat(gone.abandon()).isEmpty();
    assertThat(early.abandon()).isEmpty();
    assertThat(shared.uncounted).isZero();

    Decision next = get();
    assertThat(next.allowed()).isTrue();
    assertThat(TestGate.header(next, "ratelimit"))
        .as("what was charged for good stays so")
        .contains("\"rate\";r=8", "\"daily\";r=8");
  }

  /** Another replica may hear of the end: so a share is free again after a second. */
  @Test
  void aShareIsNotHeldForLong() {
    load(atOnce(route().sharing(OnStoreFailure.LOCAL_SHARE), Mode.ENFORCE, 10));
    shared.away = true;
    shared.replicas = 5;

    assertThat(get().allowed()).isTrue();
    assertThat(get().allowed()).isTrue();
    assertThat(get().allowed()).isFalse();
    now = now.plusSeconds(1);
    assertThat(get().allowed()).isTrue();
  }
}
