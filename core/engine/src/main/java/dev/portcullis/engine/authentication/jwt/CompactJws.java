// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signed text in compact form (RFC 7515 section 7.1), taken apart and not yet believed.
 *
 * <p>Encrypted, nested, detached and JSON-serialised forms are refused, and so is every extension
 * that {@code crit} demands. Key material that a header brings along ({@code jwk jku x5c x5u}) is
 * not looked at here: it would let the sender choose the key. Only a proof of possession is
 * verified by such a key, and then the token has said which it must be.
 *
 * @param header all of its members
 * @param type {@code typ} as it stands, null when absent
 * @param keyId {@code kid}, null when absent
 * @param signingInput the bytes that were signed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, copied or handed out.
public record CompactJws(
    Map<String, Object> header,
    JwsAlgorithm algorithm,
    @Nullable String type,
    @Nullable String keyId,
    byte[] signingInput,
    byte[] payload,
    byte[] signature) {

  /** The longest token that is looked at, in characters. */
  public static final int MAX_LENGTH = 16 * 1024;

  private static final int MAX_KEY_ID_LENGTH = 256;

  /** Header members that change what the rest means: none of them is ever acceptable here. */
  private static final Set<String> REFUSED = Set.of("crit", "b64", "cty", "enc", "zip");

  /**
   * Takes a token apart.
   *
   * @throws MalformedTextException when it is not a compact JWS that this class accepts
   */
  public static CompactJws parse(String token) throws MalformedTextException {
    if (token.length() > MAX_LENGTH) {
      throw new MalformedTextException("longer than " + MAX_LENGTH + " characters");
    }
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
      throw new MalformedTextException("not three parts");
    }
    Map<String, Object> header = StrictJson.object(Base64Url.decode(token.substring(0, first)));
    for (String name : header.keySet()) {
      if (REFUSED.contains(name)) {
        throw new MalformedTextException("header member " + name + " is not accepted");
      }
    }
    return new CompactJws(
        header,
        algorithm(header),
        text(header, "typ"),
        keyId(header),
        token.substring(0, second).getBytes(StandardCharsets.US_ASCII),
        Base64Url.decode(token.substring(first + 1, second)),
        Base64Url.decode(token.substring(second + 1)));
  }

  private static JwsAlgorithm algorithm(Map<String, Object> header) throws MalformedTextException {
    String name = text(header, "alg");
    for (JwsAlgorithm algorithm : ALGORITHMS) {
      if (algorithm.name().equals(name)) {
        return algorithm;
      }
    }
    throw new MalformedTextException("alg is missing or unknown");
  }

  private static final JwsAlgorithm[] ALGORITHMS = JwsAlgorithm.values();

  private static @Nullable String keyId(Map<String, Object> header) throws MalformedTextException {
    String keyId = text(header, "kid");
    if (keyId == null) {
      return null;
    }
    if (keyId.length() > MAX_KEY_ID_LENGTH || keyId.chars().anyMatch(Character::isISOControl)) {
      throw new MalformedTextException("kid is too long or has control characters");
    }
    return keyId;
  }

  private static @Nullable String text(Map<String, Object> header, String name)
      throws MalformedTextException {
    Object value = header.get(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new MalformedTextException(name + " is not a string");
  }
}
