// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that all replicas count together. */
class SharedLimitsTest {
  private static final Allowance.Rate TEN = new Allowance.Rate(10, Duration.ofMinutes(1), 9);

  private final TestSharedQuotas quotas = new TestSharedQuotas();
  private final PolicyEngine engine =
      new PolicyEngine(
          (_, _) -> (_, _) -> TestGate.caller("acme", "none"),
          _ -> (_, _) -> new BotScore(0, List.of()),
          new QuotaStores(new InProcessQuotaStore(1000), quotas),
          GeoSource.NONE,
          AddressLists.NONE,
          true);
  private int requests;

  private void load(TestRoute route) {
    assertThat(engine.replace(List.of(route.build()))).isEmpty();
  }

  private static TestRoute shared(OnStoreFailure reaction) {
    return new TestRoute().authenticated(Mode.ENFORCE).sharing(reaction);
  }

  private RequestContext request() {
    return new RequestContext(
        new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
        Headers.of(),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
        "r" + ++requests,
        TestGate.NOW);
  }

  private Decision get() {
    return engine.decide(TestRoute.ID, request());
  }

  private int allowedOf(int sent) {
    int allowed = 0;
    for (int i = 0; i < sent; i++) {
      allowed += get().allowed() ? 1 : 0;
    }
    return allowed;
  }

  private static DenyReason reason(Decision decision) {
    return Objects.requireNonNull(decision.refusal()).reason();
  }

  @Test
  void asksOnceForAllLimitsOfAPhaseAndTellsHowTheyStand() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("a", LimitPhase.RATE, 3)
            .rate("b", LimitPhase.RATE, 5)
            .limit(
                "trial",
                LimitPhase.RATE,
                Mode.SHADOW,
                new Allowance.Rate(1, Duration.ofMinutes(1), 0),
                null));

    Decision first = get();

    assertThat(quotas.asked).hasSize(1);
    assertThat(quotas.asked.getFirst()).hasSize(2);
    assertThat(TestGate.header(first, "ratelimit")).isEqualTo("\"a\";r=2;t=20, \"b\";r=4;t=12");
    assertThat(first.shadow()).isEmpty();
    Decision second = get();
    assertThat(second.allowed()).isTrue();
    assertThat(second.refusedInShadow()).isTrue();
    assertThat(get().allowed()).isTrue();
    Decision fourth = get();
    assertThat(reason(fourth)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(fourth.by().rule()).isEqualTo("a");
    assertThat(TestGate.header(fourth, "retry-after")).isEqualTo("20");
  }

  /** Nobody's thread is kept while the store is asked. */
  @Test
  void waitsForTheAnswerElsewhere() {
    load(shared(OnStoreFailure.LOCAL_SHARE).rate("a", LimitPhase.RATE, 3));

    Outcome outcome = engine.begin(TestRoute.ID, request());

    assertThat(quotas.asked).isEmpty();
    Suspended suspended = (Suspended) outcome;
    Objects.requireNonNull(suspended.inquiry()).ask();
    assertThat(((Decision) suspended.resume()).allowed()).isTrue();
  }

  @Test
  void quotasArePeekedWhereTheStoreIsAskedAnyway() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 5)
            .daily("daily", 2)
            .rule(
                "nobody",
                dev.portcullis.policy.plan.RuleSpec.Effect.ALLOW,
                TestRoute.path("/never"),
                "true"));
    // Nothing passes the rules, so no quota is charged.
    assertThat(allowedOf(3)).isZero();
    assertThat(quotas.asked).hasSize(3);
    assertThat(quotas.asked.getLast().getFirst().peeked()).hasSize(1);
  }

  @Test
  void aQuotaAloneIsAskedAboutWhereItIsCharged() {
    load(shared(OnStoreFailure.LOCAL_SHARE).daily("daily", 2));
    assertThat(allowedOf(5)).isEqualTo(2);
    assertThat(quotas.asked).hasSize(5);
    assertThat(reason(get())).isEqualTo(DenyReason.QUOTA_EXHAUSTED);
  }

  @Test
  void asksNobodyAboutWhatIsKnownToBeRefused() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("shared", LimitPhase.RATE, 50)
            .sharing(null)
            .rate("own", LimitPhase.RATE, 2));
    assertThat(allowedOf(2)).isEqualTo(2);
    Decision refused = get();
    assertThat(refused.by().rule()).isEqualTo("own");
    assertThat(quotas.asked).as("its own limit refuses").hasSize(2);

    load(shared(OnStoreFailure.LOCAL_SHARE).rate("shared", LimitPhase.RATE, 50));
    quotas.known = new QuotaState(false, 0, 60, 7);
    Decision known = get();
    assertThat(reason(known)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(TestGate.header(known, "retry-after")).isEqualTo("7");
    assertThat(quotas.asked).hasSize(2);
  }

  /** Two requests at once see one place of an own limit: the store gives back for the second. */
  @Test
  void takesBackWhatDoesNotPassAfterAll() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("shared", LimitPhase.RATE, 50)
            .sharing(null)
            .rate("own", LimitPhase.RATE, 1));
    Suspended first = (Suspended) engine.begin(TestRoute.ID, request());
    Suspended second = (Suspended) engine.begin(TestRoute.ID, request());
    Objects.requireNonNull(first.inquiry()).ask();
    Objects.requireNonNull(second.inquiry()).ask();

    assertThat(((Decision) first.resume()).allowed()).isTrue();
    Decision refused = (Decision) second.resume();

    assertThat(refused.by().rule()).isEqualTo("own");
    assertThat(quotas.refunded).containsExactly(quotas.asked.get(1).getFirst().id());
  }

  @Test
  void holdsWhatTheStoreSaysAndTheLongestOfAll() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .even("shared", LimitPhase.RATE, Mode.ENFORCE, 5)
            .sharing(null)
            .even("own", LimitPhase.FLOOD, Mode.ENFORCE, 5));
    assertThat(get().delay()).isNull();
    Delay held = Objects.requireNonNull(get().delay());
    assertThat(held.millis()).isEqualTo(1000);
    assertThat(held.by().rule()).isEqualTo("own");

    load(shared(OnStoreFailure.LOCAL_SHARE).even("shared", LimitPhase.RATE, Mode.ENFORCE, 5));
    Delay third = Objects.requireNonNull(get().delay());
    assertThat(third.millis()).isEqualTo(2000);
    assertThat(third.by().rule()).isEqualTo("shared");
  }

  /** Its turn is twice as far away where another replica may have as many. */
  @Test
  void withoutTheStoreEachReplicaHoldsInItsShare() {
    load(shared(OnStoreFailure.LOCAL_SHARE).even("even", LimitPhase.RATE, Mode.ENFORCE, 5));
    quotas.away = true;
    quotas.replicas = 2;

    assertThat(get().delay()).isNull();
    assertThat(Objects.requireNonNull(get().delay()).millis()).isEqualTo(2000);
    assertThat(Objects.requireNonNull(get().delay()).millis()).isEqualTo(4000);
    assertThat(reason(get())).isEqualTo(DenyReason.RATE_LIMITED);
  }

  @Test
  void leasesNothingOfALimitThatHolds() {
    load(
        new TestRoute()
            .authenticated(Mode.ENFORCE)
            .leased(OnStoreFailure.LOCAL_SHARE)
            .even("even", LimitPhase.RATE, Mode.ENFORCE, 5));
    quotas.leased = 5;

    assertThat(get().allowed()).isTrue();
    assertThat(Objects.requireNonNull(get().delay()).millis()).isEqualTo(1000);
    assertThat(quotas.asked).hasSize(2);
    assertThat(quotas.asked.getFirst().getFirst().leased()).isFalse();
  }

  @Test
  void withoutTheStoreEachReplicaCountsItsShare() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null)
            .daily("daily", 9));
    quotas.away = true;
    quotas.replicas = 3;

    assertThat(allowedOf(20)).isEqualTo(3);

    assertThat(quotas.asked).isEmpty();
    assertThat(get().notes()).anyMatch(note -> note.contains("by this replica alone: it is away"));
    quotas.away = false;
    assertThat(allowedOf(20)).as("the store counts anew").isEqualTo(9);
  }

  /** More replicas than the limit has requests: each may have one. */
  @Test
  void eachReplicaMayHaveOne() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE).limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null));
    quotas.away = true;
    quotas.replicas = 100;
    assertThat(allowedOf(5)).isOne();
  }

  @Test
  void withoutTheStoreRequestsAreRefusedOrPassAsThePolicySays() {
    load(shared(OnStoreFailure.DENY).limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null));
    quotas.away = true;
    Decision refused = get();
    assertThat(reason(refused)).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(refused.by().rule()).isEqualTo("rate");

    load(shared(OnStoreFailure.ALLOW).limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null));
    assertThat(allowedOf(30)).isEqualTo(30);
    assertThat(get().notes()).containsExactly("limit rate is not counted: it is away");
  }

  @Test
  void aShadowRefusesNobodyWithoutTheStore() {
    load(shared(OnStoreFailure.DENY).limit("rate", LimitPhase.RATE, Mode.SHADOW, TEN, null));
    quotas.away = true;
    Decision decision = get();
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow())
        .anySatisfy(finding -> assertThat(finding.wouldDeny()).isEqualTo(DenyReason.UNAVAILABLE));
  }

  /** There was no place to wait, or no time left. */
  @ParameterizedTest
  @EnumSource(OnStoreFailure.class)
  void whoCannotWaitIsCountedWithoutTheStore(OnStoreFailure reaction) {
    load(
        shared(reaction)
            .limit(
                "rate",
                LimitPhase.RATE,
                Mode.ENFORCE,
                new Allowance.Rate(1, Duration.ofMinutes(1), 0),
                null));

    Decision first = ((Suspended) engine.begin(TestRoute.ID, request())).refuse("no place");
    Decision second = ((Suspended) engine.begin(TestRoute.ID, request())).refuse("no place");

    assertThat(first.allowed()).isEqualTo(reaction != OnStoreFailure.DENY);
    // The store has not failed, so that nothing need be counted is no answer.
    assertThat(reason(second))
        .isEqualTo(
            reaction == OnStoreFailure.DENY ? DenyReason.UNAVAILABLE : DenyReason.RATE_LIMITED);
  }

  @Test
  void whatIsLeasedNeedsNoQuestion() {
    load(
        new TestRoute()
            .authenticated(Mode.ENFORCE)
            .leased(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 50)
            .daily("daily", 50));
    quotas.leased = 2;
    Outcome outcome = engine.begin(TestRoute.ID, request());
    assertThat(outcome).isInstanceOf(Decision.class);
    assertThat(((Decision) outcome).allowed()).isTrue();
    assertThat(quotas.asked).isEmpty();
    assertThat(engine.begin(TestRoute.ID, request())).isInstanceOf(Suspended.class);
  }

  /** Where one limit is exact, the store must be asked anyway. */
  @Test
  void leasesNothingBesideALimitThatIsExact() {
    load(
        new TestRoute()
            .authenticated(Mode.ENFORCE)
            .leased(OnStoreFailure.LOCAL_SHARE)
            .rate("a", LimitPhase.RATE, 50)
            .sharing(OnStoreFailure.LOCAL_SHARE)
            .rate("b", LimitPhase.RATE, 50));
    quotas.leased = 5;
    assertThat(get().allowed()).isTrue();
    assertThat(quotas.asked).hasSize(1);
    assertThat(quotas.asked.getFirst().getFirst().leased()).isFalse();
  }

  /** As is one in shadow mode; what is leased could never be used. */
  @Test
  void leasesNothingBesideAShadowThatIsExact() {
    load(
        new TestRoute()
            .authenticated(Mode.ENFORCE)
            .leased(OnStoreFailure.LOCAL_SHARE)
            .rate("a", LimitPhase.RATE, 50)
            .sharing(OnStoreFailure.LOCAL_SHARE)
            .limit("b", LimitPhase.RATE, Mode.SHADOW, TEN, null));
    assertThat(get().allowed()).isTrue();
    assertThat(quotas.asked.getFirst())
        .hasSize(2)
        .extracting(SharedQuotas.Charge::leased)
        .containsOnly(false);
  }

  /** The store has answered, and nobody had the time to go on with it. */
  @Test
  void anAnswerCountsThoughItComesToNobodyWhoWaits() {
    load(
        shared(OnStoreFailure.ALLOW)
            .limit(
                "rate",
                LimitPhase.RATE,
                Mode.ENFORCE,
                new Allowance.Rate(1, Duration.ofMinutes(1), 0),
                null));
    assertThat(get().allowed()).isTrue();
    Suspended second = (Suspended) engine.begin(TestRoute.ID, request());
    Objects.requireNonNull(second.inquiry()).ask();

    Decision refused = second.refuse("no place");

    assertThat(reason(refused)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(quotas.uncounted).isZero();
  }

  @Test
  void explainsWhatWasCountedWithoutTheAnswer() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null)
            .rule(
                "all",
                dev.portcullis.policy.plan.RuleSpec.Effect.ALLOW,
                TestRoute.path("/orders"),
                "true"));
    Decision decision = ((Suspended) engine.begin(TestRoute.ID, request())).refuse("no place");
    assertThat(decision.allowed()).isTrue();
    assertThat(Objects.requireNonNull(decision.trace()).steps())
        .filteredOn(step -> step.section().equals("limits"))
        .last()
        .satisfies(step -> assertThat(step.looks()).hasSize(1));
    assertThat(quotas.uncounted).isOne();
  }

  @Test
  void withoutAnyStoreALimitIsTheReplicasOwn() {
    PolicyEngine alone =
        new PolicyEngine(
            (_, _) -> (_, _) -> TestGate.caller("acme", "none"),
            _ -> (_, _) -> new BotScore(0, List.of()),
            QuotaStores.alone(new InProcessQuotaStore(1000)),
            GeoSource.NONE,
            AddressLists.NONE);
    assertThat(
            alone.replace(
                List.of(
                    shared(OnStoreFailure.DENY)
                        .limit("rate", LimitPhase.RATE, Mode.ENFORCE, TEN, null)
                        .build())))
        .isEmpty();
    int allowed = 0;
    for (int i = 0; i < 20; i++) {
      allowed += alone.decide(TestRoute.ID, request()).allowed() ? 1 : 0;
    }
    assertThat(allowed).isEqualTo(10);
  }
}
