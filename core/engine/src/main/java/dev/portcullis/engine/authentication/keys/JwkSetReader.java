// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.spec.SecretKeySpec;

/**
 * Reads the text of a JWK set (RFC 7517). An entry that is not beyond doubt a key for verifying
 * signatures is left out and reported; a set of which nothing remains is an error.
 */
public final class JwkSetReader {
  /** The longest text that is looked at, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  /** The most entries that a set may have. */
  public static final int MAX_KEYS = 100;

  private JwkSetReader() {}

  /**
   * Reads public keys. Private and symmetric keys are left out: whoever publishes them has lost
   * them.
   *
   * @throws MalformedTextException when no key can be had from the text; its message is one line
   *     for people, without key material
   */
  public static KeySetText readPublic(byte[] json) throws MalformedTextException {
    return read(json, false);
  }

  /**
   * Reads the material of a Secret: a JWK set that may have symmetric keys ({@code oct}), or, when
   * it does not begin with a brace, the secret of an HMAC as it stands.
   *
   * @throws MalformedTextException as {@link #readPublic}; also when a plain secret is shorter than
   *     32 bytes
   */
  public static KeySetText readSecret(byte[] material) throws MalformedTextException {
    for (byte b : material) {
      if (b > ' ' || b < 0) {
        return b == '{' ? read(material, true) : plainSecret(material);
      }
    }
    throw new MalformedTextException("the key material is empty");
  }

  private static KeySetText plainSecret(byte[] material) throws MalformedTextException {
    bound(material);
    Set<JwsAlgorithm> algorithms = JwkReader.hmac(material.length);
    if (algorithms.isEmpty()) {
      throw new MalformedTextException(
          "an HMAC secret must have at least 32 bytes, this one has " + material.length);
    }
    var key = new VerificationKey(null, algorithms, new SecretKeySpec(material, "HMAC"));
    return new KeySetText(new VerificationKeys(List.of(key)), List.of());
  }

  private static KeySetText read(byte[] json, boolean secret) throws MalformedTextException {
    bound(json);
    if (!(StrictJson.object(json).get("keys") instanceof List<?> entries)) {
      throw new MalformedTextException("a JWK set is an object with a list named keys");
    }
    if (entries.size() > MAX_KEYS) {
      throw new MalformedTextException(
          "a key set may have " + MAX_KEYS + " keys, this one has " + entries.size());
    }
    var keys = new ArrayList<VerificationKey>();
    var skipped = new ArrayList<String>();
    for (int i = 0; i < entries.size(); i++) {
      try {
        keys.add(JwkReader.read(members(entries.get(i)), secret));
      } catch (MalformedTextException e) {
        skipped.add("keys[" + i + "]: " + e.getMessage());
      }
    }
    if (keys.isEmpty()) {
      throw new MalformedTextException(
          skipped.isEmpty() ? "the key set is empty" : "no usable key: " + join(skipped));
    }
    return new KeySetText(new VerificationKeys(keys), skipped);
  }

  private static String join(List<String> skipped) {
    return skipped.stream().limit(5).collect(Collectors.joining("; "))
        + (skipped.size() > 5 ? "; and " + (skipped.size() - 5) + " more" : "");
  }

  private static void bound(byte[] text) throws MalformedTextException {
    if (text.length > MAX_BYTES) {
      throw new MalformedTextException(
          "a key set may have " + MAX_BYTES + " bytes, this one has " + text.length);
    }
  }

  private static Map<String, Object> members(Object entry) throws MalformedTextException {
    if (!(entry instanceof Map<?, ?> map)) {
      throw new MalformedTextException("not an object");
    }
    return map.entrySet().stream()
        .collect(Collectors.toMap(e -> (String) e.getKey(), Map.Entry::getValue));
  }
}
