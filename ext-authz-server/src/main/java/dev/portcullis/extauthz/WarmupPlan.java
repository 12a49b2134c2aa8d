// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.CredentialLocation.Kind;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;

/** A route that asks for something of everything, and credentials to ask it with. */
final class WarmupPlan {
  static final String ROUTE = "warm/up";

  // The public key of RFC 7515, appendix A.3.
  private static final String JWKS =
      """
      {"keys":[{"kty":"EC","crv":"P-256","kid":"warm",\
      "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
      "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}\
      """;

  /** Header lines; none of the credentials is valid. */
  static final List<String> CREDENTIALS =
      List.of("authorization: Bearer " + token(), "x-api-key: pck_warm", "accept-language: en");

  private static final PolicyRef OWN = new PolicyRef("ApiPolicy", "warm", "up");

  private WarmupPlan() {}

  static GuardedRoute route() {
    CredentialLocation bearer = new CredentialLocation(Kind.HEADER, "authorization", "Bearer ");
    CredentialLocation key = new CredentialLocation(Kind.HEADER, "x-api-key", "");
    return new GuardedRoute(
        new RouteId(ROUTE),
        FailureMode.DENY,
        null,
        List.of(),
        null,
        null,
        null,
        new AuthenticationSpec(
            OWN,
            Mode.ENFORCE,
            List.of(
                new AuthMethodSpec.Jwt(
                    "token",
                    "warm",
                    List.of("warm"),
                    new JwksSpec.Inline(JWKS),
                    List.of(JwsAlgorithm.ES256),
                    Duration.ofSeconds(30),
                    List.of(bearer),
                    List.of()),
                new AuthMethodSpec.ApiKey("key", "warm", new TreeMap<>(), List.of(key)),
                new AuthMethodSpec.Anonymous("anybody"))),
        new AuthorizationSpec(
            OWN,
            Mode.ENFORCE,
            List.of(
                new RuleSpec(
                    "rule",
                    RuleSpec.Effect.ALLOW,
                    Mode.ENFORCE,
                    List.of(new MatchSpec(List.of("GET"), List.of(PathPattern.parse("/warm/{n}")))),
                    List.of(),
                    new Expression("auth.method == 'anybody' && bot.score >= 0"),
                    null))),
        List.of(
            new LimitSpec(
                OWN,
                "limit",
                Mode.ENFORCE,
                List.of(new Expression("source.address")),
                List.of(),
                null,
                null,
                new Allowance.Rate(1_000_000, Duration.ofSeconds(1), 1_000_000),
                new TreeMap<>(),
                LimitSpec.LimitPhase.RATE,
                null)),
        List.of(),
        new BotSpec(
            OWN,
            Mode.ENFORCE,
            List.of(),
            "v1",
            new TreeMap<>(),
            List.of(),
            List.of(),
            List.of(),
            List.of()),
        AuditSpec.refusalsOnly(),
        List.of(OWN));
  }

  /** Well-formed, in time, for the right audience, and signed by nobody: it is verified in full. */
  private static String token() {
    return base64("{\"alg\":\"ES256\",\"kid\":\"warm\",\"typ\":\"JWT\"}")
        + "."
        + base64("{\"iss\":\"warm\",\"aud\":\"warm\",\"sub\":\"warm\",\"exp\":4102444800}")
        + "."
        + base64("0123456789abcdef".repeat(4));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
