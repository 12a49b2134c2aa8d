// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scenario;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.Suite;
import dev.portcullis.suite.Token;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token issuer with a key made afresh.
 *
 * @param token that it signed for Alice, valid for a day
 * @param jwks document with its public key
 */
public record Issuer(JwsAlgorithm algorithm, String token, String jwks) {
  private static final String URL = "https://idp.example.com/";

  /** Makes a key and signs. */
  public static Issuer of(JwsAlgorithm algorithm) {
    Map<String, @Nullable Object> claims = new LinkedHashMap<>();
    claims.put("iss", URL);
    claims.put("aud", List.of("orders"));
    claims.put("sub", "f3a9c1d0-5b7e-4c4e-9a55-0d5f1f1f9c11");
    claims.put("client_id", "shop-web");
    claims.put("scope", "orders.read orders.write");
    claims.put("role", "agent");
    claims.put("email", "alice@example.com");
    claims.put("jti", "5d0c1b4e-2f44-4a0f-8d53-6f5f2a0c7b90");
    Map<String, @Nullable Object> header = new LinkedHashMap<>();
    Token token =
        new Token("idp", header, claims, null, null, "1d", null, Token.Signature.VALID, null);
    Fixtures fixtures =
        new Fixtures(
            new Suite(
                "benchmarks",
                Path.of("benchmarks"),
                List.of(),
                List.of(),
                Map.of("idp", Suite.Issuer.inSecret(algorithm.name(), "shop/idp/jwks")),
                Map.of("alice", token),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                List.of(),
                List.of()),
            Clock.systemUTC());
    byte[] jwks = fixtures.secrets().values().iterator().next();
    return new Issuer(
        algorithm, fixtures.fill("${token.alice}"), new String(jwks, StandardCharsets.UTF_8));
  }

  /** The method that believes its tokens, as bearer tokens for {@code orders}. */
  public AuthMethodSpec.Jwt method() {
    return new AuthMethodSpec.Jwt(
        "employees",
        URL,
        List.of("orders"),
        new JwksSpec.Inline(jwks),
        List.of(algorithm),
        Duration.ofSeconds(30),
        List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ")),
        List.of());
  }
}
