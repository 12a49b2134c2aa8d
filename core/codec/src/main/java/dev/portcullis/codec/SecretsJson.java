// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.policy.plan.SecretMaterial;
import java.io.IOException;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Secret material as a JSON object, hash to Base64. No message of an error shows any of it: the
 * parser's own messages quote the input, so they are dropped.
 */
final class SecretsJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private SecretsJson() {}

  static byte[] encode(Collection<SecretMaterial> secrets) {
    SortedMap<String, String> byHash = new TreeMap<>();
    for (SecretMaterial secret : secrets) {
      byHash.put(secret.hash(), Base64.getEncoder().encodeToString(secret.reveal()));
    }
    try {
      return MAPPER.writeValueAsBytes(byHash);
    } catch (IOException e) {
      throw new IllegalStateException("a map of text that cannot be written", e);
    }
  }

  static SortedMap<String, SecretMaterial> decode(byte[] json) {
    SortedMap<String, SecretMaterial> secrets = new TreeMap<>();
    for (Map.Entry<String, String> entry : parse(json).entrySet()) {
      secrets.put(entry.getKey(), verified(entry.getKey(), entry.getValue()));
    }
    return secrets;
  }

  private static Map<String, String> parse(byte[] json) {
    try {
      return MAPPER.readValue(json, new TypeReference<>() {});
    } catch (IOException e) {
      throw new PlanFormatException("not a file of secret material (an object of Base64 by hash)");
    }
  }

  private static SecretMaterial verified(String hash, String base64) {
    SecretMaterial material;
    try {
      material = SecretMaterial.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw new PlanFormatException("secret material " + hash + " is not Base64");
    }
    if (!material.hash().equals(hash)) {
      throw new PlanFormatException("secret material does not fit its hash " + hash);
    }
    return material;
  }
}
