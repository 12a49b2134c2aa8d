// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.jwk.JWK;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks a JSON Web Key Set (RFC 7517) before tokens are verified with it. */
public final class JwksCheck {
  /** In characters; an identity provider's set has some thousand. */
  private static final int MAX_LENGTH = 65_536;

  private static final int MAX_KEYS = 64;
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Where a set comes from, which decides what may be in it. */
  public enum Holder {
    /** Everybody who reads the policy reads it: public keys only. */
    POLICY,
    /** A Secret: HMAC keys may be in it, and messages must not show any of it. */
    SECRET
  }

  /** What is wrong with a set; never shows key material. */
  public record Problem(DiagnosticCode code, String message, String fix) {}

  private JwksCheck() {}

  /** What is wrong with a set from which a method with these algorithms takes its keys. */
  public static List<Problem> check(String json, List<JwsAlgorithm> algorithms, Holder holder) {
    if (json.length() > MAX_LENGTH) {
      return List.of(invalid("is longer than " + MAX_LENGTH + " characters"));
    }
    Map<String, Object> set;
    try {
      set = JSON.readValue(json, OBJECT);
    } catch (JsonProcessingException e) {
      return List.of(invalid("is not a JSON object" + place(e)));
    }
    if (set == null || !(set.get("keys") instanceof List<?> keys)) {
      return List.of(invalid("has no list named keys"));
    }
    if (keys.size() > MAX_KEYS) {
      return List.of(invalid("has " + keys.size() + " keys; at most " + MAX_KEYS + " may be"));
    }
    List<Problem> problems = new ArrayList<>();
    boolean fits = false;
    for (int i = 0; i < keys.size(); i++) {
      String name = "key " + i;
      try {
        JWK key = parse(keys.get(i));
        String refusal = JwkRules.refusal(key, holder);
        if (!refusal.isEmpty()) {
          problems.add(refused(name + " " + refusal));
        }
        fits |= algorithms.stream().anyMatch(algorithm -> JwkRules.fits(key, algorithm));
      } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
        // The library's message may quote the key, so it is not shown.
        problems.add(invalid("has a key that cannot be read: " + name));
      }
    }
    if (problems.isEmpty() && !fits) {
      problems.add(noKeyFits(keys.isEmpty(), algorithms));
    }
    return problems;
  }

  @SuppressWarnings("unchecked") // Jackson reads every JSON object as Map<String, Object>.
  private static JWK parse(Object key) throws ParseException {
    if (!(key instanceof Map<?, ?> fields)) {
      throw new IllegalArgumentException("not an object");
    }
    return JWK.parse((Map<String, Object>) fields);
  }

  private static String place(JsonProcessingException e) {
    var location = e.getLocation();
    return location == null
        ? ""
        : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  private static Problem invalid(String problem) {
    return new Problem(
        DiagnosticCode.JWKS_INVALID,
        "the key set " + problem,
        "write {\"keys\": [{\"kty\": \"RSA\", \"n\": …, \"e\": …}]} (RFC 7517)");
  }

  private static Problem refused(String problem) {
    return new Problem(
        DiagnosticCode.JWKS_KEY_REFUSED,
        problem,
        "keep only keys that verify signatures: RSA of 2048 bits or more, P-256, P-384, P-521 or"
            + " Ed25519, each without its private part");
  }

  private static Problem noKeyFits(boolean empty, List<JwsAlgorithm> algorithms) {
    return new Problem(
        DiagnosticCode.NO_KEY_FITS,
        empty
            ? "the key set is empty, so no token could ever pass"
            : "no key of the set fits " + algorithms + ", so no token could ever pass",
        "add a key for one of the algorithms, or name the key's algorithm in algorithms");
  }
}
