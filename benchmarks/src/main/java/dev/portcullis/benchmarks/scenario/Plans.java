// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scenario;

import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.MatchSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RuleSpec;
import dev.portcullis.policy.plan.Sharing;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Plans of one route, and the sections that they are made of. */
public final class Plans {
  /** The route that all of them guard. */
  public static final RouteId ROUTE = new RouteId("shop/orders");

  private static final PolicyRef API = new PolicyRef("ApiPolicy", "shop", "orders");
  private static final PolicyRef RATES = new PolicyRef("RateLimitPolicy", "shop", "orders");
  private static final PolicyRef BOTS = new PolicyRef("BotPolicy", "shop", "orders");

  private Plans() {}

  /** A token, one rule in CEL that reads a claim and the bot score, one limit, a bot score. */
  public static GuardedRoute full(Issuer issuer) {
    return route(
        authentication(issuer.method()),
        rules("auth.claims.role == \"agent\" && bot.score < 30"),
        List.of(limit()),
        bots());
  }

  /** The same with an API key in the token's place. */
  public static GuardedRoute apiKeys() {
    return route(
        authentication(apiKeyMethod()),
        rules("auth.client == \"acme\" && bot.score < 30"),
        List.of(limit()),
        bots());
  }

  /** A key that {@link #apiKeys} takes, of which the client may read orders. */
  public static ApiKeyRecord apiKey(String name, String client, ApiKeyText key) {
    return new ApiKeyRecord(
        ROUTE.namespace(),
        name,
        key.id(),
        key.sha256(),
        client,
        null,
        List.of("orders.read"),
        null,
        null,
        false,
        new TreeMap<>());
  }

  /** A route of the sections that are given; null or empty for those that are not. */
  public static GuardedRoute route(
      @Nullable AuthenticationSpec authentication,
      @Nullable AuthorizationSpec authorization,
      List<LimitSpec> limits,
      @Nullable BotSpec bots) {
    return new GuardedRoute(
        ROUTE,
        FailureMode.DENY,
        null,
        List.of(),
        null,
        null,
        null,
        authentication,
        authorization,
        limits,
        List.of(),
        bots,
        AuditSpec.refusalsOnly(),
        List.of(API));
  }

  /** A route on which requests would give way if the service were overloaded, which it is not. */
  public static GuardedRoute overloadable() {
    return new GuardedRoute(
        ROUTE,
        FailureMode.DENY,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        null,
        List.of(),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of(API),
        null,
        null,
        new OverloadSpec(
            RATES,
            Mode.ENFORCE,
            Duration.ofSeconds(1),
            5,
            10,
            Duration.ofSeconds(1),
            List.of("gold", "silver")));
  }

  /** A route with demands on a request's form only. */
  public static GuardedRoute route(RequestSpec request) {
    return new GuardedRoute(
        ROUTE,
        FailureMode.DENY,
        null,
        List.of(),
        null,
        request,
        null,
        null,
        null,
        List.of(),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of(API));
  }

  /** One method. */
  public static AuthenticationSpec authentication(AuthMethodSpec method) {
    return new AuthenticationSpec(API, Mode.ENFORCE, List.of(method));
  }

  /** Any key of the namespace, in {@code x-api-key}. */
  public static AuthMethodSpec.ApiKey apiKeyMethod() {
    return new AuthMethodSpec.ApiKey(
        "partners",
        ROUTE.namespace(),
        new TreeMap<>(),
        List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "x-api-key", "")));
  }

  /** One allow rule per condition on {@code GET /orders} and {@code GET /orders/{id}}. */
  public static AuthorizationSpec rules(String... conditions) {
    MatchSpec match =
        new MatchSpec(
            List.of("GET"),
            List.of(PathPattern.parse("/orders"), PathPattern.parse("/orders/{id}")));
    List<RuleSpec> rules = new ArrayList<>();
    for (String condition : conditions) {
      rules.add(
          new RuleSpec(
              "rule-" + rules.size(),
              RuleSpec.Effect.ALLOW,
              Mode.ENFORCE,
              List.of(match),
              List.of(),
              new Expression(condition),
              null));
    }
    return new AuthorizationSpec(API, Mode.ENFORCE, rules);
  }

  /**
   * Rules of which only the last applies to {@link SampleRequest}.
   *
   * @param count 1 or more
   */
  public static AuthorizationSpec rules(int count) {
    return rules(
        IntStream.rangeClosed(1, count)
            .mapToObj(i ->
                "request.headers[\"x-forwarded-proto\"] == \"%s\" && request.method != \"PUT\""
                    .formatted(i == count ? "https" : "ftp" + i))
            .toArray(String[]::new));
  }

  /**
   * Denied address ranges that the client of {@link SampleRequest} is in none of.
   *
   * @param count 1 to 100 000
   */
  public static RequestSpec deniedRanges(int count) {
    List<Cidr> denied =
        IntStream.range(0, count)
            .mapToObj(
                i -> Cidr.parse(1 + i % 200 + "." + i / 200 % 256 + "." + i / 51_200 + ".0/24"))
            .toList();
    return new RequestSpec(
        API, Mode.ENFORCE, List.of(), denied, List.of(), List.of(), null, List.of(), null, null);
  }

  /**
   * A rate by client, so high that nothing is refused: what refuses costs other than what counts.
   */
  public static LimitSpec limit() {
    return limit(new Allowance.Rate(1_000_000, Duration.ofSeconds(1), 100_000_000), null);
  }

  /**
   * The same with a burst that no load uses up, and a rate below the load: what is leased of a
   * counter that owes nothing would be worthless at once.
   *
   * @param sharing null: each decision service counts for itself
   */
  public static LimitSpec slowLimit(@Nullable Sharing sharing) {
    return limit(new Allowance.Rate(1_000, Duration.ofSeconds(1), 100_000_000), sharing);
  }

  /** A quota by client that nobody uses up: each charge looks whether it passes a mark. */
  public static LimitSpec quota() {
    return limit(
        "per-day",
        new Allowance.Quota(1_000_000_000_000L, Allowance.Period.DAY, ZoneOffset.UTC),
        LimitSpec.LimitPhase.QUOTA,
        null);
  }

  private static LimitSpec limit(Allowance allowance, @Nullable Sharing sharing) {
    return limit("per-client", allowance, LimitSpec.LimitPhase.RATE, sharing);
  }

  private static LimitSpec limit(
      String name, Allowance allowance, LimitSpec.LimitPhase phase, @Nullable Sharing sharing) {
    return new LimitSpec(
        RATES,
        name,
        Mode.ENFORCE,
        List.of(),
        List.of(),
        null,
        null,
        allowance,
        new TreeMap<>(),
        phase,
        sharing);
  }

  /** All signals of profile v1, with a threshold that tags and one that denies. */
  public static BotSpec bots() {
    return new BotSpec(
        BOTS,
        Mode.ENFORCE,
        List.of(),
        "v1",
        new TreeMap<>(Map.of("userAgent", 100, "headers", 100)),
        List.of(),
        List.of(),
        List.of(),
        List.of(
            new BotSpec.Threshold(30, BotSpec.Action.TAG, Mode.ENFORCE),
            new BotSpec.Threshold(85, BotSpec.Action.DENY, Mode.ENFORCE)));
  }

  /** The policy that sections of requests' form are said to come from. */
  public static PolicyRef source() {
    return API;
  }
}
