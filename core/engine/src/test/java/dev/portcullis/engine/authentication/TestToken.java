// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A token in the making; what is not set is as a good token has it. */
public record TestToken(String header, String payload, String algorithm, PrivateKey key) {
  /** The second in which tests happen. */
  public static final long NOW = 1_800_000_000L;

  public static final String ISSUER = "https://idp.example.com/";
  public static final String GOOD_PAYLOAD =
      "{\"iss\":\"%s\",\"aud\":\"orders\",\"sub\":\"ann\",\"exp\":%d,\"scope\":\"a b\"}"
          .formatted(ISSUER, NOW + 600);

  public static TestToken good() {
    return new TestToken(
        "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
        GOOD_PAYLOAD,
        "SHA256withRSA",
        TestKeys.RSA.getPrivate());
  }

  public TestToken withHeader(String text) {
    return new TestToken(text, payload, algorithm, key);
  }

  public TestToken withPayload(String text) {
    return new TestToken(header, text, algorithm, key);
  }

  /** The good payload with one member replaced, added, or (null) removed. */
  public TestToken withClaim(String name, @Nullable String json) {
    String without = payload.replaceAll(",?\"" + name + "\":(\"[^\"]*\"|\\[[^]]*]|[^,}]*)", "");
    String rest = without.replaceFirst("^\\{,?", "");
    return withPayload(json == null ? "{" + rest : "{\"" + name + "\":" + json + "," + rest);
  }

  public TestToken signedBy(String name, PrivateKey other) {
    return new TestToken(header, payload, name, other);
  }

  public String text() {
    String input = base64(header) + "." + base64(payload);
    return input + "." + base64(TestKeys.sign(algorithm, key, ascii(input)));
  }

  public static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  public static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A method that believes good tokens. */
  public static AuthMethodSpec.Jwt method(String name, JwksSpec jwks, JwsAlgorithm... algorithms) {
    return new AuthMethodSpec.Jwt(
        name,
        ISSUER,
        List.of("orders", "billing"),
        jwks,
        List.of(algorithms),
        Duration.ofSeconds(30),
        List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ")),
        List.of(new ClaimHeader("sub", "x-user-id"), new ClaimHeader("groups", "x-groups")));
  }
}
