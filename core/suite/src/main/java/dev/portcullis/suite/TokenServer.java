// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An issuer that is asked about its tokens (RFC 7662): knows its client and its tokens, and says
 * what its suite wants it to say. Thread-safe.
 */
public final class TokenServer {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Suite.Introspection spec;
  private final Clock clock;
  private final UnaryOperator<String> fill;
  private final String clientId = "portcullis";
  private final String clientSecret = random();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, Suite.OpaqueToken> byText = new LinkedHashMap<>();

  TokenServer(Suite.Introspection spec, Clock clock, UnaryOperator<String> fill) {
    this.spec = spec;
    this.clock = clock;
    this.fill = fill;
    spec.tokens()
        .forEach((name, token) -> {
          String text = random();
          texts.put(name, text);
          byText.put(text, token);
        });
  }

  private static String random() {
    byte[] bytes = new byte[24];
    RANDOM.nextBytes(bytes);
    // Padded on purpose: "=", "+" and "/" change in a form unless they are encoded.
    return Base64.getEncoder().encodeToString(bytes) + "+/=";
  }

  /** An answer of HTTP. */
  public record Answer(int status, String contentType, String body) {}

  /** The URL at which policies ask it. */
  public String endpoint() {
    return spec.endpoint();
  }

  /** What its Secret holds: by {@code namespace/name/key}. */
  Map<String, String> secrets() {
    return Map.of(
        spec.secret() + "/client-id", clientId, spec.secret() + "/client-secret", clientSecret);
  }

  /** The text of a token; null: it has none of that name. */
  @Nullable String token(String name) {
    return texts.get(name);
  }

  /**
   * Says what it knows of a token.
   *
   * @param id and {@code secret}: by which the client proves who it is
   */
  public Answer answer(String id, String secret, String token) {
    if (!id.equals(clientId) || !secret.equals(clientSecret)) {
      return new Answer(401, "application/json", "{\"error\":\"invalid_client\"}");
    }
    Suite.OpaqueToken known = byText.get(token);
    return known == null
        ? new Answer(200, "application/json", "{\"active\":false}")
        : new Answer(
            known.status(),
            known.contentType(),
            fill.apply(TokenMint.answer(known, clock.instant())));
  }
}
