// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.SharedQuotas.Charge;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    return request("/orders");
  }

  private RequestContext request(String path) {
    return new RequestContext(
        new RequestLine("GET", path, "orders.example.com", "https", "HTTP/2"),
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

  private static List<String> steps(Decision decision) {
    return trace(decision).stream().map(step -> step.phase() + " " + step.said()).toList();
  }

  private static List<Trace.Step> trace(Decision decision) {
    return Objects.requireNonNull(decision.trace()).steps();
  }

  @Test
  void asksOnceForRatesAndQuotas() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 5)
            .daily("daily", 2)
            .rule("all", RuleSpec.Effect.ALLOW, TestRoute.path("/**"), "true")
            .sharing(null)
            .daily("own", 50));
    Decision first = get();
    assertThat(first.allowed()).isTrue();
    assertThat(first.by().rule()).isEqualTo("all");
    assertThat(TestGate.header(first, "ratelimit"))
        .contains("\"rate\";r=4", "\"daily\";r=1", "\"own\";r=49");
    assertThat(quotas.asked).hasSize(1);
    assertThat(quotas.asked.getFirst()).extracting(Charge::dependent).containsExactly(false, true);
    assertThat(steps(first))
        .endsWith("RATES WAIT", "RATES PASS", "AUTHORIZATION ALLOW", "QUOTAS PASS");
    assertThat(get().allowed()).isTrue();

    Decision third = get();
    assertThat(reason(third)).isEqualTo(DenyReason.QUOTA_EXHAUSTED);
    assertThat(TestGate.header(third, "ratelimit")).contains("\"rate\";r=3");
    assertThat(quotas.asked).hasSize(3);
    assertThat(quotas.refunded).isEmpty();
  }

  /** Also where one is only looked at, and the other is charged. */
  @Test
  void namesTheLimitThatRefusesForLongest() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .limit(
                "slow",
                LimitPhase.RATE,
                Mode.ENFORCE,
                new Allowance.Rate(1, Duration.ofDays(1), 0),
                null)
            .daily("daily", 1));
    assertThat(get().allowed()).isTrue();

    Decision refused = get();

    assertThat(refused.by().rule()).isEqualTo("slow");
    assertThat(Objects.requireNonNull(refused.refusal()).detail())
        .isEqualTo("Too many requests: limit slow, try again in 86400 s");
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("86400");
  }

  /** The rules are asked before the store: what they refuse is charged no quota. */
  @Test
  void chargesNoQuotaForWhatNoRuleAllows() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 3)
            .daily("daily", 2)
            .rule("nobody", RuleSpec.Effect.ALLOW, TestRoute.path("/never"), "true"));
    for (int i = 0; i < 3; i++) {
      Decision refused = get();
      assertThat(reason(refused)).isEqualTo(DenyReason.NO_RULE_ALLOWS);
      assertThat(TestGate.header(refused, "ratelimit")).contains("\"daily\";r=2");
    }
    assertThat(quotas.asked)
        .hasSize(3)
        .allSatisfy(charges -> {
          assertThat(charges).hasSize(1);
          assertThat(charges.getFirst().peeked()).hasSize(1);
        });
    assertThat(reason(get())).as("the rate comes first").isEqualTo(DenyReason.RATE_LIMITED);
  }

  /** Its findings are those of a request that came no further. */
  @Test
  void tellsNothingOfRulesThatARefusedRequestDidNotComeTo() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 1)
            .daily("daily", 20)
            .rule(
                "trial", RuleSpec.Effect.DENY, Mode.SHADOW, TestRoute.path("/**"), List.of(), null)
            .rule("all", RuleSpec.Effect.ALLOW, TestRoute.path("/**"), "true"));
    assertThat(get().shadow()).extracting(finding -> finding.by().rule()).containsExactly("trial");
    Decision refused = get();
    assertThat(reason(refused)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(refused.shadow()).isEmpty();
    assertThat(refused.by().rule()).isEqualTo("rate");
    assertThat(steps(refused))
        .endsWith("RATES WAIT", "RATES DENY", "AUTHORIZATION NOT_REACHED", "QUOTAS NOT_REACHED");
  }

  /** Two requests at once see one place of an own limit. */
  @ParameterizedTest
  @EnumSource(
      value = LimitPhase.class,
      names = {"RATE", "QUOTA"})
  void takesBackWhatAnOwnLimitRefuses(LimitPhase phase) {
    TestRoute route =
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 50)
            .daily("daily", 50)
            .sharing(null);
    load(phase == LimitPhase.RATE ? route.rate("own", LimitPhase.RATE, 1) : route.daily("own", 1));
    Suspended first = (Suspended) engine.begin(TestRoute.ID, request());
    Suspended second = (Suspended) engine.begin(TestRoute.ID, request());
    Objects.requireNonNull(first.inquiry()).ask();
    Objects.requireNonNull(second.inquiry()).ask();

    assertThat(((Decision) first.resume()).allowed()).isTrue();
    Decision refused = (Decision) second.resume();
    assertThat(refused.by().rule()).isEqualTo("own");
    assertThat(quotas.refunded)
        .containsExactlyElementsOf(quotas.asked.get(1).stream().map(Charge::id).toList());
  }

  /** What one question decides is what two decide, whatever the route and the requests. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void oneQuestionDecidesAsTwoDo(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    for (int i = 0; i < 50; i++) {
      long drawn = random.nextLong();
      List<Object> one = history(new SplittableRandom(drawn), false);
      assertThat(one).as("history %d", drawn).isEqualTo(history(new SplittableRandom(drawn), true));
    }
  }

  private static List<Object> history(RandomGenerator random, boolean scattered) {
    SharedLimitsTest process = new SharedLimitsTest();
    process.quotas.scattered = scattered;
    TestRoute route = shared(OnStoreFailure.LOCAL_SHARE);
    for (int i = 0; i < 5; i++) {
      Mode mode = random.nextInt(3) == 0 ? Mode.SHADOW : Mode.ENFORCE;
      boolean rate = random.nextBoolean();
      int requests = 1 + random.nextInt(12);
      route
          .sharing(random.nextInt(4) == 0 ? null : OnStoreFailure.LOCAL_SHARE)
          .limit(
              "limit-" + i,
              rate ? LimitPhase.RATE : LimitPhase.QUOTA,
              mode,
              rate
                  ? new Allowance.Rate(requests, Duration.ofMinutes(1), requests - 1)
                  : new Allowance.Quota(requests, Allowance.Period.DAY, ZoneOffset.UTC),
              random.nextBoolean() ? null : "request.path != '/few'");
    }
    route
        .rule("trial", RuleSpec.Effect.DENY, Mode.SHADOW, TestRoute.path("/few"), List.of(), null)
        .rule("never", RuleSpec.Effect.DENY, TestRoute.path("/never"), null)
        .rule("all", RuleSpec.Effect.ALLOW, TestRoute.path("/**"), "request.method == 'GET'");
    process.load(route);
    List<Object> decided = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String path = List.of("/orders", "/orders", "/few", "/never").get(random.nextInt(4));
      Decision decision = process.engine.decide(TestRoute.ID, process.request(path));
      decided.add(
          List.of(
              decision.by(),
              decision.responseHeaders(),
              decision.shadow(),
              decision.notes(),
              decision.quotaMarks(),
              steps(decision).stream().filter(step -> !step.endsWith(" WAIT")).toList(),
              trace(decision).stream().flatMap(step -> step.looks().stream()).toList(),
              trace(decision).stream()
                  .flatMap(step -> step.read().stream())
                  .collect(Collectors.toSet())));
    }
    return decided;
  }

  @Test
  void aStoreThatSaysNothingIsAskedOnceForBoth() {
    load(shared(OnStoreFailure.LOCAL_SHARE).rate("rate", LimitPhase.RATE, 5).daily("daily", 50));
    quotas.silent = true;
    Decision alone = get();
    assertThat(alone.allowed()).isTrue();
    assertThat(alone.notes()).hasSize(2);
    assertThat(quotas.asked).hasSize(1);
    assertThat(quotas.uncounted).isEqualTo(2);
  }

  /** A rate is soon full again, but a quota is not: who was not served has not used it. */
  @Test
  void aQuotaIsTakenBackWhereTheAnswerComesTooLate() {
    load(shared(OnStoreFailure.DENY).rate("rate", LimitPhase.RATE, 5).daily("daily", 50));
    Suspended waiting = (Suspended) engine.begin(TestRoute.ID, request());
    Decision refused = waiting.refuse("it takes too long");
    assertThat(reason(refused)).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(quotas.refunded).as("nothing was asked yet").isEmpty();
    Objects.requireNonNull(waiting.inquiry()).ask();
    assertThat(quotas.refunded).containsExactly(quotas.asked.getFirst().getLast().id());
    assertThat(TestGate.header(get(), "ratelimit")).contains("\"rate\";r=3", "\"daily\";r=49");
  }

  /** The store may have charged it before it fell silent. */
  @Test
  void aQuotaIsTakenBackWhereNobodyKnowsWhetherItWasCharged() {
    load(shared(OnStoreFailure.DENY).rate("rate", LimitPhase.RATE, 5).daily("daily", 50));
    quotas.silent = true;
    assertThat(reason(get())).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(quotas.refunded).containsExactly(quotas.asked.getFirst().getLast().id());
  }

  /** Its rate goes on alone, and then it is refused. */
  @Test
  void aQuotaIsTakenBackThatRefusesForWantOfTheAnswer() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 5)
            .sharing(OnStoreFailure.DENY)
            .daily("daily", 50));
    Suspended waiting = (Suspended) engine.begin(TestRoute.ID, request());
    assertThat(reason(waiting.refuse("it takes too long"))).isEqualTo(DenyReason.UNAVAILABLE);
    Objects.requireNonNull(waiting.inquiry()).ask();
    assertThat(quotas.refunded).containsExactly(quotas.asked.getFirst().getLast().id());
    assertThat(TestGate.header(get(), "ratelimit")).contains("\"daily\";r=49");
  }

  /** Who goes on alone is counted alone, so what the store says later changes nothing. */
  @Test
  void aQuotaStaysChargedWhereTheRequestPassesWithoutTheAnswer() {
    load(shared(OnStoreFailure.LOCAL_SHARE).rate("rate", LimitPhase.RATE, 5).daily("daily", 50));
    Suspended waiting = (Suspended) engine.begin(TestRoute.ID, request());
    Decision alone = waiting.refuse("it takes too long");
    assertThat(alone.allowed()).isTrue();
    assertThat(alone.notes())
        .containsExactly(
            "limit rate is counted by this replica alone: it takes too long",
            "limit daily is counted by this replica alone: it takes too long");
    Objects.requireNonNull(waiting.inquiry()).ask();
    assertThat(quotas.refunded).isEmpty();
  }

  @Test
  void asksTwiceWhereOneQuestionDoesNotReachAll() {
    load(shared(OnStoreFailure.LOCAL_SHARE).rate("rate", LimitPhase.RATE, 50).daily("daily", 50));
    quotas.scattered = true;
    assertThat(get().allowed()).isTrue();
    assertThat(quotas.asked).hasSize(2);
    assertThat(TestGate.header(get(), "ratelimit")).contains("\"rate\";r=48", "\"daily\";r=48");
  }

  @Test
  void aQuotaInShadowModeIsAskedAboutWithAnother() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 50)
            .daily("daily", 50)
            .limit(
                "trial",
                LimitPhase.QUOTA,
                Mode.SHADOW,
                new Allowance.Quota(1, Allowance.Period.DAY, ZoneOffset.UTC),
                null));
    assertThat(get().shadow()).isEmpty();
    assertThat(get().shadow()).extracting(finding -> finding.by().rule()).containsExactly("trial");
    assertThat(quotas.asked).hasSize(2).allSatisfy(charges -> assertThat(charges).hasSize(3));
  }

  /** What goes wrong with it is nothing to a limit that is enforced. */
  @Test
  void aQuotaInShadowModeAloneIsAskedAboutApart() {
    load(
        shared(OnStoreFailure.LOCAL_SHARE)
            .rate("rate", LimitPhase.RATE, 50)
            .limit(
                "trial",
                LimitPhase.QUOTA,
                Mode.SHADOW,
                new Allowance.Quota(1, Allowance.Period.DAY, ZoneOffset.UTC),
                null));
    assertThat(get().allowed()).isTrue();
    assertThat(quotas.asked).hasSize(2).allSatisfy(charges -> assertThat(charges).hasSize(1));
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
    assertThat(quotas.asked.getFirst()).hasSize(2).extracting(Charge::leased).containsOnly(false);
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
