// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.OriginPattern;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import dev.portcullis.policy.plan.CorsSpec;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Route plans as far as Envoy cares about them. */
final class Plans {
  private static final PolicyRef POLICY = new PolicyRef("ApiPolicy", "shop", "it");

  private Plans() {}

  static GuardedRoute guarded(String id, FailureMode mode) {
    return route(id, mode, null, List.of(), null);
  }

  static GuardedRoute withBody(String id, FailureMode mode, long maxBodyBytes) {
    RequestSpec request =
        new RequestSpec(
            POLICY,
            Mode.ENFORCE,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            maxBodyBytes,
            List.of(),
            null,
            null);
    return route(id, mode, request, List.of(), null);
  }

  static GuardedRoute withClaims(String id, String... headers) {
    List<ClaimHeader> claims =
        List.of(headers).stream().map(header -> new ClaimHeader("sub", header)).toList();
    return route(id, FailureMode.DENY, null, claims, null);
  }

  static GuardedRoute withCors(String id, boolean credentials, String... origins) {
    CorsSpec cors =
        new CorsSpec(
            POLICY,
            Mode.ENFORCE,
            List.of(origins).stream().map(OriginPattern::parse).toList(),
            List.of("GET", "PUT"),
            List.of(),
            List.of("x-total"),
            Duration.ofMinutes(10),
            credentials);
    return route(id, FailureMode.DENY, null, List.of(new ClaimHeader("sub", "x-user")), cors);
  }

  static GuardedRoute withFloodGuards(String id, List<Cidr> proxies, FloodGuardSpec... guards) {
    GuardedRoute plain = guarded(id, FailureMode.DENY);
    return new GuardedRoute(
        plain.id(),
        plain.failureMode(),
        null,
        proxies,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        List.of(guards),
        null,
        plain.audit(),
        plain.sources());
  }

  /** With a limit that holds requests for a second at most, or would if it were enforced. */
  static GuardedRoute withDelay(String id, Mode mode) {
    GuardedRoute plain = guarded(id, FailureMode.DENY);
    LimitSpec limit =
        new LimitSpec(
            new PolicyRef("RateLimitPolicy", "shop", "it"),
            "even",
            mode,
            List.of(),
            List.of(),
            null,
            null,
            LimitSpec.Count.REQUESTS,
            new Allowance.Rate(10, Duration.ofSeconds(1), 0),
            new TreeMap<>(),
            LimitSpec.LimitPhase.RATE,
            null,
            Duration.ofSeconds(1));
    return new GuardedRoute(
        plain.id(),
        plain.failureMode(),
        null,
        List.of(),
        null,
        null,
        null,
        null,
        null,
        List.of(limit),
        List.of(),
        null,
        plain.audit(),
        plain.sources());
  }

  private static GuardedRoute route(
      String id,
      FailureMode mode,
      @Nullable RequestSpec request,
      List<ClaimHeader> claims,
      @Nullable CorsSpec cors) {
    AuthenticationSpec authentication =
        claims.isEmpty()
            ? null
            : new AuthenticationSpec(
                POLICY,
                Mode.ENFORCE,
                List.of(
                    new AuthMethodSpec.Jwt(
                        "employees",
                        "https://idp.example.com/",
                        List.of("orders"),
                        new JwksSpec.Remote("https://idp.example.com/jwks"),
                        List.of(JwsAlgorithm.RS256),
                        Duration.ofSeconds(30),
                        List.of(),
                        claims)));
    return new GuardedRoute(
        new RouteId(id),
        mode,
        null,
        List.of(),
        cors,
        request,
        null,
        authentication,
        null,
        List.of(),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of(POLICY));
  }
}
