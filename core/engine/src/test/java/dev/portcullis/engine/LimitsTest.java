// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LimitsTest {

  @Test
  void tellsClientsHowTheirLimitsStand() {
    TestGate gate = new TestGate(new TestRoute().rate("per-client", LimitPhase.RATE, 2));

    Decision first = gate.get("/");
    assertThat(TestGate.header(first, "ratelimit-policy")).isEqualTo("\"per-client\";q=2;w=60");
    assertThat(TestGate.header(first, "ratelimit")).isEqualTo("\"per-client\";r=1;t=30");
    assertThat(TestGate.header(first, "retry-after")).isEmpty();
    gate.get("/");

    Decision refused = gate.get("/");
    assertThat(reason(refused)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(refused.by().rule()).isEqualTo("per-client");
    assertThat(told(refused)).isEqualTo("Too many requests: limit per-client, try again in 30 s");
    assertThat(TestGate.header(refused, "ratelimit")).isEqualTo("\"per-client\";r=0;t=60");
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("30");
    gate.now = gate.now.plusSeconds(30);
    assertThat(gate.get("/").allowed()).isTrue();
  }

  @Test
  void tellsOfTheLimitThatEndsFirstInHeadersOfOldWhereAPolicyAsks() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rate("per-client", LimitPhase.RATE, 2)
                .daily("daily", 3)
                .legacyHeaders());

    assertThat(legacy(gate.get("/"))).isEqualTo("limit 2, remaining 1, reset 30");
    assertThat(legacy(gate.get("/"))).isEqualTo("limit 2, remaining 0, reset 60");
    Decision refused = gate.get("/");
    assertThat(refused.allowed()).isFalse();
    assertThat(legacy(refused)).isEqualTo("limit 2, remaining 0, reset 60");
    gate.now = gate.now.plusSeconds(60);
    assertThat(legacy(gate.get("/"))).isEqualTo("limit 3, remaining 0, reset 43140");
    Decision exhausted = gate.get("/");
    assertThat(reason(exhausted)).isEqualTo(DenyReason.QUOTA_EXHAUSTED);
    assertThat(told(exhausted))
        .isEqualTo("The quota is used up: limit daily, try again in 43140 s");
    assertThat(legacy(exhausted)).isEqualTo("limit 3, remaining 0, reset 43140");
    assertThat(TestGate.header(exhausted, "retry-after")).isEqualTo("43140");
  }

  /** What is asked for may be more than is left, which then is not nothing. */
  @Test
  void tellsOfTheLimitThatRefusesAndNotOfTheOneThatLeavesLess() {
    TestGate gate =
        new TestGate(
            dear("int(request.headers[\"x-size\"])")
                .rate("other", LimitPhase.FLOOD, 2)
                .legacyHeaders());
    gate.get("/", "x-size", "7");

    assertThat(legacy(gate.get("/", "x-size", "1"))).isEqualTo("limit 2, remaining 0, reset 60");
    gate.now = gate.now.plusSeconds(60);
    gate.get("/", "x-size", "7");
    Decision refused = gate.get("/", "x-size", "9");
    assertThat(refused.allowed()).isFalse();
    assertThat(legacy(refused)).isEqualTo("limit 10, remaining 3, reset 42");
  }

  @Test
  void tellsNothingInHeadersOfOldUnlessAsked() {
    TestGate gate = new TestGate(new TestRoute().rate("per-client", LimitPhase.RATE, 2));

    assertThat(gate.get("/").responseHeaders())
        .extracting(HeaderField::name)
        .containsExactlyInAnyOrder("ratelimit-policy", "ratelimit");
  }

  private static String legacy(Decision decision) {
    return "limit "
        + TestGate.header(decision, "x-ratelimit-limit")
        + ", remaining "
        + TestGate.header(decision, "x-ratelimit-remaining")
        + ", reset "
        + TestGate.header(decision, "x-ratelimit-reset");
  }

  @Test
  void countsByClientElseByAddressAndIpv6BySite() {
    TestGate gate =
        new TestGate(new TestRoute().authenticated(Mode.SHADOW).rate("limit", LimitPhase.RATE, 1));

    assertThat(gate.get("/").allowed()).isTrue();
    gate.peer = "192.0.2.2";
    assertThat(gate.get("/").allowed()).isTrue();
    assertThat(gate.get("/").allowed()).isFalse();
    gate.peer = "2001:db8::1";
    assertThat(gate.get("/").allowed()).isTrue();
    gate.peer = "2001:db8::2";
    assertThat(gate.get("/").allowed()).isFalse();
    gate.authentication = () -> TestGate.caller("acme", "silver");
    assertThat(gate.get("/").allowed()).isTrue();
    gate.peer = "2001:db8:1::9";
    assertThat(gate.get("/").allowed()).isFalse();
  }

  @Test
  void countsAnExplicitAddressBySiteAndAnEmptyOrFailingKeyByDefault() {
    TestGate site =
        new TestGate(new TestRoute().rate("limit", LimitPhase.FLOOD, 1, "source.address"));
    site.peer = "2001:db8::1";
    assertThat(site.get("/").allowed()).isTrue();
    site.peer = "2001:db8::2";
    assertThat(site.get("/").allowed()).isFalse();

    for (String key : new String[] {"auth.client", "request.headers[\"x-tenant\"]"}) {
      TestGate fallback = new TestGate(new TestRoute().rate("limit", LimitPhase.RATE, 1, key));
      assertThat(fallback.get("/").allowed()).isTrue();
      assertThat(fallback.get("/").allowed()).isFalse();
      fallback.peer = "192.0.2.9";
      assertThat(fallback.get("/").allowed()).isTrue();
    }
  }

  @Test
  void keepsPartsOfKeysApart() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rate("limit", LimitPhase.FLOOD, 1, "request.headers.a", "request.headers.b"));

    assertThat(gate.get("/", "a", "x", "b", "yz").allowed()).isTrue();
    assertThat(gate.get("/", "a", "xy", "b", "z").allowed()).isTrue();
    assertThat(gate.get("/", "a", "x", "b", "yz").allowed()).isFalse();
  }

  @Test
  void appliesALimitWhoseConditionFails() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .limit(
                    "suspicious",
                    LimitPhase.RATE,
                    Mode.ENFORCE,
                    new Allowance.Rate(1, Duration.ofMinutes(1), 0),
                    "bot.score > 60"));

    assertThat(gate.get("/").allowed()).isTrue();
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.RATE_LIMITED);
  }

  @Test
  void namesTheLimitThatRefusesForLongest() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .limit("brief", LimitPhase.RATE, Mode.ENFORCE, perSeconds(1), null)
                .limit("long", LimitPhase.RATE, Mode.ENFORCE, perSeconds(60), null)
                .limit("short", LimitPhase.RATE, Mode.ENFORCE, perSeconds(2), null));
    gate.get("/");

    Decision refused = gate.get("/");
    assertThat(refused.by().rule()).isEqualTo("long");
    assertThat(told(refused)).isEqualTo("Too many requests: limit long, try again in 60 s");
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("60");
  }

  private static Allowance perSeconds(long seconds) {
    return new Allowance.Rate(1, Duration.ofSeconds(seconds), 0);
  }

  /** Plans of one limit share their clients' counters, and differ in how far ahead those may be. */
  @Test
  void whoComesByAnotherPlanIsForgivenNothing() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .limit(
                    "per-client",
                    LimitPhase.RATE,
                    Mode.ENFORCE,
                    new Allowance.Rate(10, Duration.ofMinutes(10), 5),
                    null));
    gate.authentication = () -> TestGate.caller("acme", "silver");
    for (int i = 0; i < 6; i++) {
      assertThat(gate.get("/").allowed()).as("request %d", i).isTrue();
    }
    gate.authentication = () -> TestGate.caller("acme", "gold");
    assertThat(gate.get("/").allowed()).isFalse();
    gate.authentication = () -> TestGate.caller("acme", "silver");

    assertThat(TestGate.header(gate.get("/"), "retry-after")).isEqualTo("60");
  }

  @Test
  void limitsWhoLooksLikeAProgramOnlyAndByHowMuch() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .bot()
                .limit(
                    "suspicious", LimitPhase.RATE, Mode.ENFORCE, perSeconds(60), "bot.score > 60")
                .dear(
                    "by-score",
                    LimitPhase.RATE,
                    new Allowance.Rate(100, Duration.ofMinutes(1), 99),
                    "bot.score"));
    gate.score = () -> new BotScore(30, List.of());

    assertThat(remaining(gate.get("/"))).isEqualTo("r=70");
    assertThat(remaining(gate.get("/"))).isEqualTo("r=40");
    gate.score = () -> new BotScore(61, List.of());
    gate.peer = "192.0.2.61";
    assertThat(gate.get("/").allowed()).isTrue();
    Decision again = gate.get("/");
    assertThat(again.by().rule()).isEqualTo("suspicious");
    gate.score = () -> new BotScore(39, List.of());
    assertThat(gate.get("/").allowed()).as("what was refused has cost nothing").isTrue();
    gate.score = () -> new BotScore(1, List.of());
    assertThat(gate.get("/").by().rule()).isEqualTo("by-score");
  }

  @Test
  void chargesByPlan() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .dear(
                    "units",
                    LimitPhase.QUOTA,
                    new Allowance.Quota(10, Allowance.Period.DAY, ZoneOffset.UTC),
                    "auth.plan == \"free\" ? 5 : 1"));
    gate.authentication = () -> TestGate.caller("acme", "silver");
    assertThat(remaining(gate.get("/"))).isEqualTo("r=9");
    gate.authentication = () -> TestGate.caller("visitor", "free");
    assertThat(remaining(gate.get("/"))).isEqualTo("r=5");
    assertThat(remaining(gate.get("/"))).isEqualTo("r=0");
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.QUOTA_EXHAUSTED);
  }

  @Test
  void chargesWhatTheExpressionSays() {
    TestGate gate = new TestGate(dear("int(request.headers[\"x-size\"]) / 100 + 1"));

    assertThat(remaining(gate.get("/", "x-size", "350"))).isEqualTo("r=6");
    assertThat(remaining(gate.get("/", "x-size", "0"))).isEqualTo("r=5");
    Decision refused = gate.get("/", "x-size", "500");
    assertThat(reason(refused)).isEqualTo(DenyReason.RATE_LIMITED);
    assertThat(remaining(refused)).isEqualTo("r=5");
    assertThat(TestGate.header(refused, "retry-after")).isEqualTo("6");
    assertThat(gate.get("/", "x-size", "499").allowed()).isTrue();
  }

  @Test
  void takesACostBelowOneForOneAndOneBeyondTheLimitForAllOfIt() {
    TestGate gate = new TestGate(dear("int(request.headers[\"x-size\"])"));

    assertThat(remaining(gate.get("/", "x-size", "-9"))).isEqualTo("r=9");
    assertThat(gate.get("/", "x-size", "9223372036854775807").allowed()).isFalse();
    gate.now = gate.now.plusSeconds(60);
    assertThat(remaining(gate.get("/", "x-size", "9223372036854775807"))).isEqualTo("r=0");
  }

  @Test
  void chargesTheMostWhenTheCostCannotBeComputed() {
    for (String[] unreadable : new String[][] {{}, {"x-size", "+1e3"}}) {
      TestGate gate = new TestGate(dear("int(request.headers[\"x-size\"])"));

      Decision decision = gate.get("/", unreadable);
      assertThat(remaining(decision)).isEqualTo("r=0");
      assertThat(decision.notes()).singleElement().asString().startsWith("cost of limit search: ");
      assertThat(gate.get("/", "x-size", "1").allowed()).isFalse();
    }
  }

  private static TestRoute dear(String cost) {
    return new TestRoute()
        .dear("search", LimitPhase.FLOOD, new Allowance.Rate(10, Duration.ofMinutes(1), 9), cost);
  }

  private static String remaining(Decision decision) {
    String header = TestGate.header(decision, "ratelimit");
    return header.substring(header.indexOf("r="), header.lastIndexOf(';'));
  }

  @Test
  void choosesTheAllowanceByPlan() {
    TestGate gate =
        new TestGate(new TestRoute().authenticated(Mode.ENFORCE).rate("limit", LimitPhase.RATE, 2));
    gate.authentication = () -> TestGate.caller("acme", "gold");

    assertThat(TestGate.header(gate.get("/"), "ratelimit-policy")).isEqualTo("\"limit\";q=20;w=60");
  }

  @Test
  void chargesNoQuotaForARefusedRequestAndRefusesEarlyWhenItIsUsedUp() {
    TestGate gate =
        new TestGate(
            new TestRoute().daily("daily", 2).rule("a", Effect.ALLOW, TestRoute.path("/a"), null));

    for (int i = 0; i < 5; i++) {
      assertThat(reason(gate.get("/b"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
    }
    assertThat(TestGate.header(gate.get("/a"), "ratelimit")).isEqualTo("\"daily\";r=1;t=43200");
    assertThat(gate.get("/a").allowed()).isTrue();
    Decision exhausted = gate.get("/b");
    assertThat(reason(exhausted)).isEqualTo(DenyReason.QUOTA_EXHAUSTED);
    assertThat(exhausted.by().phase()).isEqualTo(Phase.QUOTAS);
    assertThat(TestGate.header(exhausted, "retry-after")).isEqualTo("43200");
  }

  @Test
  void chargesARequestThatEnvoyAsksAboutTwiceOnce() {
    TestGate gate =
        new TestGate(new TestRoute().rate("rate", LimitPhase.RATE, 2).daily("daily", 2));

    assertThat(gate.ask("same", "GET", "/").allowed()).isTrue();
    assertThat(gate.ask("same", "GET", "/").allowed()).isTrue();
    assertThat(gate.ask("same", "GET", "/").allowed()).isTrue();
    assertThat(gate.get("/").allowed()).isTrue();
    assertThat(gate.get("/").allowed()).isFalse();
  }

  @Test
  void countsShadowedLimitsApartAndOnlyRecordsThem() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .limit(
                    "trial",
                    LimitPhase.RATE,
                    Mode.SHADOW,
                    new Allowance.Rate(1, Duration.ofMinutes(1), 0),
                    null));

    assertThat(gate.get("/").shadow()).isEmpty();
    Decision second = gate.get("/");
    assertThat(second.allowed()).isTrue();
    assertThat(second.responseHeaders()).isEmpty();
    assertThat(second.shadow())
        .singleElement()
        .satisfies(finding -> assertThat(finding.wouldDeny()).isEqualTo(DenyReason.RATE_LIMITED));
  }

  private static String told(Decision decision) {
    return Objects.requireNonNull(decision.refusal()).detail();
  }

  private static DenyReason reason(Decision decision) {
    return Objects.requireNonNull(decision.refusal()).reason();
  }
}
