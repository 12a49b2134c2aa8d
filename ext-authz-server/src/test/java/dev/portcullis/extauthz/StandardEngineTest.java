// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.MatchSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RuleSpec;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process with its real engine: tokens of a real issuer, a CEL rule and a limit. */
@Timeout(60)
final class StandardEngineTest {
  private static final PolicyRef API = new PolicyRef("ApiPolicy", "shop", "orders");
  private static final PolicyRef RATES = new PolicyRef("RateLimitPolicy", "shop", "orders");

  private TestIssuer issuer;
  private RunningServer server;
  private Client client;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
    new PlanDirectory(directory).writePlan(new PlanSnapshot(List.of(route()), List.of()));
    server =
        RunningServer.start(
            TestConfig.of(directory).nativeCrypto().make(), StandardEngine::make, _ -> {});
    client = new Client(server.grpcPort());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    issuer.close();
  }

  @Test
  void decidesByTokenRuleAndLimit() throws Exception {
    String alice = "Bearer " + issuer.token("alice");
    await().atMost(Duration.ofSeconds(10)).until(() -> status("/orders/1", alice) == 200);
    CheckResponse allowed =
        client.check(Checks.of("shop/orders", "/orders/2", "authorization", alice));
    assertThat(allowed.getOkResponse().getHeadersList())
        .anySatisfy(header -> {
          assertThat(header.getHeader().getKey()).isEqualTo("x-user-id");
          assertThat(header.getHeader().getValue()).isEqualTo("alice");
        });
    assertThat(status("/admin", alice)).isEqualTo(403);
    assertThat(status("/orders/1", "Bearer " + issuer.token("mallory"))).isEqualTo(403);
    assertThat(status("/orders/%2e%2e/admin", alice)).isEqualTo(400);

    CheckResponse missing = client.check(Checks.of("shop/orders", "/orders/1"));
    assertThat(missing.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(401);
    assertThat(missing.getDeniedResponse().getHeadersList())
        .anyMatch(header -> header.getHeader().getKey().equals("www-authenticate"));
    assertThat(status("/orders/1", alice + "x")).isEqualTo(401);
  }

  @Test
  void limitsAndSaysWhenToComeBack() throws Exception {
    String bob = "Bearer " + issuer.token("bob");
    await().atMost(Duration.ofSeconds(10)).until(() -> status("/orders/1", bob) != 503);
    CheckResponse limited = client.check(withId("r", bob));
    for (int i = 0; i < 20 && limited.hasOkResponse(); i++) {
      // Another id each time: one that comes twice is charged once.
      limited = client.check(withId("r" + i, bob));
    }
    assertThat(limited.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(429);
    assertThat(limited.getDeniedResponse().getHeadersList())
        .extracting(header -> header.getHeader().getKey())
        .contains("retry-after", "ratelimit", "ratelimit-policy");
    assertThat(Client.get(server.adminPort(), "/metrics").body())
        .contains("portcullis_limiter_keys 1.0")
        .contains("portcullis_token_cache_tokens 1.0")
        .contains("portcullis_jwks_missing 0.0");
  }

  private static CheckRequest withId(String id, String token) {
    var check = Checks.of("shop/orders", "/orders/1", "authorization", token).toBuilder();
    check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setId(id);
    return check.build();
  }

  private int status(String path, String authorization) {
    CheckResponse answer =
        client.check(Checks.of("shop/orders", path, "authorization", authorization));
    return answer.hasOkResponse() ? 200 : answer.getDeniedResponse().getStatus().getCodeValue();
  }

  private GuardedRoute route() {
    return new GuardedRoute(
        new RouteId("shop/orders"),
        FailureMode.DENY,
        null,
        List.of(),
        null,
        null,
        null,
        new AuthenticationSpec(API, Mode.ENFORCE, List.of(jwt())),
        new AuthorizationSpec(
            API,
            Mode.ENFORCE,
            List.of(
                new RuleSpec(
                    "read",
                    RuleSpec.Effect.ALLOW,
                    Mode.ENFORCE,
                    List.of(
                        new MatchSpec(List.of("GET"), List.of(PathPattern.parse("/orders/{id}")))),
                    List.of(),
                    new Expression("auth.subject != 'mallory'"),
                    null))),
        List.of(
            new LimitSpec(
                RATES,
                "per-subject",
                Mode.ENFORCE,
                List.of(new Expression("auth.subject")),
                List.of(),
                null,
                null,
                new Allowance.Rate(5, Duration.ofHours(1), 4),
                new TreeMap<>(),
                LimitSpec.LimitPhase.RATE,
                null)),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of(API, RATES));
  }

  private AuthMethodSpec jwt() {
    return new AuthMethodSpec.Jwt(
        "employees",
        "https://idp.example.com/",
        List.of("orders"),
        new JwksSpec.Remote(issuer.uri()),
        List.of(JwsAlgorithm.ES256),
        Duration.ofSeconds(30),
        List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ")),
        List.of(new ClaimHeader("sub", "x-user-id")));
  }
}
