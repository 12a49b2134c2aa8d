// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GeoSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LegacyHeaders;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.MatchSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RuleSpec;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.StepUpSpec;
import dev.portcullis.policy.plan.TransportSpec;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Builds the plan of the route {@code shop/orders} for tests. */
final class TestRoute {
  static final String ID = "shop/orders";
  static final PolicyRef API = new PolicyRef("ApiPolicy", "shop", "orders");
  static final PolicyRef LIMITS = new PolicyRef("RateLimitPolicy", "shop", "orders");
  static final PolicyRef BOT = new PolicyRef("BotPolicy", "shop", "orders");

  private final List<RuleSpec> rules = new ArrayList<>();
  private final List<LimitSpec> limits = new ArrayList<>();
  private final List<FloodGuardSpec> floodGuards = new ArrayList<>();
  private List<Cidr> trusted = List.of();
  private @Nullable LegacyHeaders legacyHeaders;
  private @Nullable OverloadSpec overload;
  private @Nullable TransportSpec transport;
  private @Nullable RequestSpec request;
  private @Nullable GeoSpec geo;
  private @Nullable AuthenticationSpec authentication;
  private Mode botMode = Mode.ENFORCE;
  private @Nullable Sharing sharing;
  private LimitSpec.Count count = LimitSpec.Count.REQUESTS;
  private @Nullable BotSpec bot;
  private Mode authorizationMode = Mode.ENFORCE;

  /** A match of one path, any method. */
  static List<MatchSpec> path(String pattern) {
    return List.of(new MatchSpec(List.of(), List.of(PathPattern.parse(pattern))));
  }

  TestRoute trusting(String range) {
    trusted = List.of(Cidr.parse(range));
    return this;
  }

  TestRoute transport(Mode mode, MtlsMode mtls) {
    transport = new TransportSpec(API, mode, mtls);
    return this;
  }

  TestRoute request(RequestSpec spec) {
    request = spec;
    return this;
  }

  /** From which countries clients may call. */
  TestRoute countries(Mode mode, List<String> allow, List<String> deny) {
    geo = new GeoSpec(API, mode, allow, deny);
    return this;
  }

  TestRoute authenticated(Mode mode) {
    authentication =
        new AuthenticationSpec(API, mode, List.of(new AuthMethodSpec.Anonymous("test")));
    return this;
  }

  TestRoute authorizationMode(Mode mode) {
    authorizationMode = mode;
    return this;
  }

  TestRoute rule(String name, Effect effect, List<MatchSpec> match, @Nullable String when) {
    return rule(name, effect, Mode.ENFORCE, match, List.of(), when);
  }

  TestRoute rule(
      String name,
      Effect effect,
      Mode mode,
      List<MatchSpec> match,
      List<String> scopes,
      @Nullable String when) {
    rules.add(
        new RuleSpec(
            name, effect, mode, match, scopes, when == null ? null : new Expression(when), null));
    return this;
  }

  /** An allow rule for every request that asks for more than a credential. */
  TestRoute stepUp(String name, Mode mode, StepUpSpec stepUp) {
    rules.add(new RuleSpec(name, Effect.ALLOW, mode, List.of(), List.of(), null, stepUp));
    return this;
  }

  /** Limits that follow are counted by all replicas together; null: by each for itself. */
  TestRoute sharing(Sharing.@Nullable OnStoreFailure onStoreFailure) {
    sharing = onStoreFailure == null ? null : new Sharing(null, onStoreFailure);
    return this;
  }

  /** The same, and some of each may be leased. */
  TestRoute leased(Sharing.OnStoreFailure onStoreFailure) {
    sharing = new Sharing(Sharing.Accuracy.LEASED, onStoreFailure);
    return this;
  }

  /** Which requests limits that follow count in the end. */
  TestRoute count(LimitSpec.Count counted) {
    count = counted;
    return this;
  }

  TestRoute rate(String name, LimitPhase phase, long requests, String... key) {
    return limit(
        name,
        phase,
        Mode.ENFORCE,
        new Allowance.Rate(requests, Duration.ofMinutes(1), requests - 1),
        null,
        key);
  }

  TestRoute daily(String name, long requests, String... key) {
    return limit(
        name,
        LimitPhase.QUOTA,
        Mode.ENFORCE,
        new Allowance.Quota(requests, Allowance.Period.DAY, ZoneId.of("UTC")),
        null,
        key);
  }

  TestRoute limit(
      String name,
      LimitPhase phase,
      Mode mode,
      Allowance allowance,
      @Nullable String when,
      String... key) {
    return limit(name, phase, mode, allowance, when, null, List.of(key));
  }

  /** A limit whose requests cost what an expression says. */
  TestRoute dear(String name, LimitPhase phase, Allowance allowance, String cost) {
    return limit(name, phase, Mode.ENFORCE, allowance, null, cost, List.of());
  }

  /** A limit by address that holds requests for so many seconds at most, one a second. */
  TestRoute even(String name, LimitPhase phase, Mode mode, long maxDelaySeconds) {
    limits.add(
        new LimitSpec(
            LIMITS,
            name,
            mode,
            List.of(new Expression("source.address")),
            List.of(),
            null,
            null,
            LimitSpec.Count.REQUESTS,
            new Allowance.Rate(60, Duration.ofMinutes(1), 0),
            new TreeMap<>(),
            phase,
            sharing,
            Duration.ofSeconds(maxDelaySeconds)));
    return this;
  }

  private TestRoute limit(
      String name,
      LimitPhase phase,
      Mode mode,
      Allowance allowance,
      @Nullable String when,
      @Nullable String cost,
      List<String> key) {
    TreeMap<String, Allowance> plans = new TreeMap<>();
    if (allowance instanceof Allowance.Rate rate) {
      plans.put("gold", new Allowance.Rate(rate.requests() * 10, rate.per(), rate.burst() * 10));
    }
    limits.add(
        new LimitSpec(
            LIMITS,
            name,
            mode,
            key.stream().map(Expression::new).toList(),
            List.of(),
            when == null ? null : new Expression(when),
            cost == null ? null : new Expression(cost),
            count,
            allowance,
            plans,
            phase,
            sharing,
            null));
    return this;
  }

  /** Before {@link #bot}. */
  TestRoute botMode(Mode mode) {
    botMode = mode;
    return this;
  }

  TestRoute bot(BotSpec.Threshold... thresholds) {
    bot =
        new BotSpec(
            BOT,
            botMode,
            path("/**"),
            "v1",
            new TreeMap<>(),
            List.of("exempt"),
            List.of(),
            List.of(),
            List.of(thresholds));
    return this;
  }

  /** A budget of credentials that fail, per minute. */
  TestRoute failedCredentials(Mode mode, long requests) {
    floodGuards.add(
        new FloodGuardSpec(
            LIMITS,
            mode,
            null,
            null,
            new Allowance.Rate(requests, Duration.ofMinutes(1), requests - 1)));
    return this;
  }

  /** Answers have X-RateLimit-* too. */
  TestRoute legacyHeaders() {
    legacyHeaders = LegacyHeaders.X_RATE_LIMIT;
    return this;
  }

  /** Slow from 100 ms on, a tenth tolerated, a tenth admitted always, periods of a second. */
  TestRoute overload(Mode mode, String... priority) {
    return overload(mode, Duration.ofMillis(100), priority);
  }

  /** The same, and slow from another time on. */
  TestRoute overload(Mode mode, Duration latency, String... priority) {
    overload =
        new OverloadSpec(LIMITS, mode, latency, 10, 10, Duration.ofSeconds(1), List.of(priority));
    return this;
  }

  GuardedRoute build() {
    return new GuardedRoute(
        new RouteId(ID),
        FailureMode.DENY,
        transport,
        trusted,
        null,
        request,
        geo,
        authentication,
        rules.isEmpty() ? null : new AuthorizationSpec(API, authorizationMode, rules),
        limits,
        floodGuards,
        bot,
        AuditSpec.refusalsOnly(),
        List.of(API),
        null,
        legacyHeaders,
        overload);
  }
}
