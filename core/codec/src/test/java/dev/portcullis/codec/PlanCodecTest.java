// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.match.CertificateDigest;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.DnsNamePattern;
import dev.portcullis.policy.match.OriginPattern;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.match.UriPattern;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.CorsSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GeoSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LegacyHeaders;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.MatchSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.RuleSpec;
import dev.portcullis.policy.plan.SecretRef;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.StepUpSpec;
import dev.portcullis.policy.plan.TransportSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class PlanCodecTest {
  private static final PolicyRef API = new PolicyRef("ApiPolicy", "shop", "orders");

  @Test
  void readsBackWhatItWrote() {
    RoutePlan route = everything();
    assertThat(PlanCodec.decodeRoute(PlanCodec.encode(route))).isEqualTo(route);
  }

  @Test
  void readsBackAClosedRoute() {
    RoutePlan route =
        new ClosedRoute(
            new RouteId("shop/orders"),
            ClosedRoute.Reason.NO_POLICY,
            "nothing targets it",
            List.of());
    assertThat(PlanCodec.decodeRoute(PlanCodec.encode(route))).isEqualTo(route);
  }

  @Test
  void readsBackAKey() {
    ApiKeyRecord key =
        new ApiKeyRecord(
            "shop",
            "acme",
            "7Q2M",
            "9f86",
            "acme",
            "gold",
            List.of("orders.read"),
            null,
            Instant.parse("2027-02-20T00:00:00Z"),
            false,
            new TreeMap<>(Map.of("api", "orders")));
    assertThat(PlanCodec.decodeApiKey(PlanCodec.encode(key))).isEqualTo(key);
  }

  @Test
  void readsAPlanThatSaysNothingOfFloodGuards() {
    byte[] json =
        ("{\"type\":\"Guarded\",\"id\":\"a/b\",\"failureMode\":\"DENY\",\"trustedProxies\":[],"
                + "\"limits\":[],\"audit\":{\"sample\":0.0,\"redactHeaders\":[]},\"sources\":[]}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(PlanCodec.decodeRoute(json))
        .isInstanceOfSatisfying(
            GuardedRoute.class, route -> assertThat(route.floodGuards()).isEmpty());
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    byte[] json =
        "{\"type\":\"Closed\",\"id\":\"a/b\",\"reason\":\"NO_POLICY\",\"detail\":\"\",\"sources\":[],\"more\":1}"
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> PlanCodec.decodeRoute(json))
        .isInstanceOf(PlanFormatException.class)
        .hasMessageContaining("more");
  }

  @Test
  void versionsDifferWherePlansDo() {
    RoutePlan a =
        new ClosedRoute(new RouteId("a/b"), ClosedRoute.Reason.NO_POLICY, "Aa", List.of());
    RoutePlan b =
        new ClosedRoute(new RouteId("a/b"), ClosedRoute.Reason.NO_POLICY, "BB", List.of());
    assertThat(PlanVersion.of(a)).isNotEqualTo(PlanVersion.of(b)).hasSize(64);
  }

  private static RoutePlan everything() {
    MatchSpec match = new MatchSpec(List.of("GET"), List.of(PathPattern.parse("/orders/{id}/**")));
    CredentialLocation bearer =
        new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ");
    Allowance rate = new Allowance.Rate(100, Duration.ofMinutes(1), 20);
    Allowance quota = new Allowance.Quota(10, Allowance.Period.DAY, ZoneId.of("Europe/Berlin"));
    return new GuardedRoute(
        new RouteId("shop/orders/http"),
        FailureMode.DENY,
        new TransportSpec(API, Mode.ENFORCE, MtlsMode.STRICT),
        List.of(Cidr.parse("10.0.0.0/8")),
        new CorsSpec(
            API,
            Mode.ENFORCE,
            List.of(OriginPattern.parse("https://*.example.com")),
            List.of("GET"),
            List.of("authorization"),
            List.of("x-total"),
            Duration.ofMinutes(10),
            true),
        new RequestSpec(
            API,
            Mode.ENFORCE,
            List.of(),
            List.of(Cidr.parse("2001:db8::/32")),
            List.of(new AddressListSpec.FromFile("offices")),
            List.of(
                new AddressListSpec.FromConfigMap("shop", "bad-ips", null, "cd"),
                new AddressListSpec.FromConfigMap("shop", "bad-ips", "tor", "ef")),
            65536L,
            List.of(),
            null,
            64),
        new GeoSpec(API, Mode.SHADOW, List.of("DE", "XK"), List.of("KP")),
        new AuthenticationSpec(
            API,
            Mode.ENFORCE,
            List.of(
                new AuthMethodSpec.Jwt(
                    "employees",
                    "https://idp.example.com/",
                    List.of("orders"),
                    new JwksSpec.FromSecret(new SecretRef("shop", "keys", "jwks", "ab")),
                    List.of(JwsAlgorithm.EdDSA),
                    Duration.ofSeconds(30),
                    List.of(bearer),
                    List.of(new ClaimHeader("sub", "x-user-id"))),
                new AuthMethodSpec.ApiKey("partners", "shop", new TreeMap<>(), List.of(bearer)),
                new AuthMethodSpec.Mtls(
                    "services",
                    List.of(PrincipalPattern.parse("spiffe://cluster.local/ns/*/sa/orders")),
                    List.of(UriPattern.parse("https://partner.example/*")),
                    List.of(DnsNamePattern.parse("*.partner.example")),
                    List.of(CertificateDigest.parse("ab".repeat(32)))),
                new AuthMethodSpec.Anonymous("public"))),
        new AuthorizationSpec(
            API,
            Mode.ENFORCE,
            List.of(
                new RuleSpec(
                    "read",
                    RuleSpec.Effect.ALLOW,
                    Mode.SHADOW,
                    List.of(match),
                    List.of("orders.read"),
                    new Expression("bot.score < 30"),
                    new StepUpSpec(List.of("phr"), List.of("mfa"), Duration.ofMinutes(15))))),
        List.of(
            new LimitSpec(
                API,
                "a",
                Mode.ENFORCE,
                List.of(),
                List.of(match),
                null,
                null,
                LimitSpec.Count.REQUESTS,
                rate,
                new TreeMap<>(Map.of("gold", rate)),
                LimitSpec.LimitPhase.RATE,
                null,
                Duration.ofSeconds(2)),
            new LimitSpec(
                API,
                "b",
                Mode.ENFORCE,
                List.of(new Expression("auth.client")),
                List.of(),
                null,
                new Expression("int(request.query.size)"),
                LimitSpec.Count.FAILURES,
                quota,
                new TreeMap<>(),
                LimitSpec.LimitPhase.QUOTA,
                new Sharing(Sharing.Accuracy.LEASED, Sharing.OnStoreFailure.DENY),
                null)),
        List.of(
            new FloodGuardSpec(
                API,
                Mode.SHADOW,
                new Allowance.Rate(200, Duration.ofSeconds(1), 199),
                null,
                new Allowance.Rate(30, Duration.ofMinutes(1), 29))),
        new BotSpec(
            API,
            Mode.ENFORCE,
            List.of(),
            "v1",
            new TreeMap<>(Map.of("userAgent", 100)),
            List.of("partners"),
            List.of(),
            List.of(),
            List.of(new BotSpec.Threshold(85, BotSpec.Action.DENY, Mode.ENFORCE))),
        new AuditSpec(1.0, List.of("cookie")),
        List.of(API),
        new TreeMap<>(Map.of("app", "orders")),
        LegacyHeaders.X_RATE_LIMIT,
        new OverloadSpec(
            API,
            Mode.SHADOW,
            Duration.ofMillis(500),
            10,
            5,
            Duration.ofSeconds(5),
            List.of("gold", "silver")));
  }
}
