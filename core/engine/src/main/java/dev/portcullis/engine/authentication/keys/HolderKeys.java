// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Public keys of tokens' holders, which come with each proof as a JWK. The key is known by its
 * thumbprint (RFC 7638), over the members that make the key, so one that was read before is not
 * read again. Bounded, and safe for all threads.
 */
public final class HolderKeys {
  /** About 1 KiB each. */
  private static final int MAX_KEYS = 8192;

  private static final int MAX_MEMBER_LENGTH = 2048;

  /** What only its owner may know of a key, whatever its type (RFC 7518 section 6). */
  private static final List<String> PRIVATE = List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  /** What makes a key, in the order of the thumbprint. */
  private static final Map<String, List<String>> MEMBERS =
      Map.of(
          "EC", List.of("crv", "kty", "x", "y"),
          "RSA", List.of("e", "kty", "n"),
          "OKP", List.of("crv", "kty", "x"));

  private final Cache<String, VerificationKey> read =
      Caffeine.newBuilder().maximumSize(MAX_KEYS).executor(Runnable::run).build();

  /**
   * The thumbprint of a key: SHA-256 in base64url.
   *
   * @throws MalformedTextException when it is no public key for signatures, or holds more than the
   *     public half
   */
  public static String thumbprint(Map<?, ?> jwk) throws MalformedTextException {
    for (String name : PRIVATE) {
      if (jwk.containsKey(name)) {
        throw new MalformedTextException("it holds a private or symmetric key");
      }
    }
    StringBuilder canonical = new StringBuilder("{");
    for (String name : members(jwk)) {
      canonical
          .append(canonical.length() == 1 ? "\"" : ",\"")
          .append(name)
          .append("\":\"")
          .append(plain(jwk.get(name)))
          .append('"');
    }
    byte[] text = canonical.append('}').toString().getBytes(StandardCharsets.US_ASCII);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text));
  }

  /**
   * The key of a JWK.
   *
   * @param thumbprint of the same JWK; it names the key
   * @throws MalformedTextException when it is none that JWK sets may hold, too short for one
   */
  public VerificationKey key(String thumbprint, Map<?, ?> jwk) throws MalformedTextException {
    VerificationKey known = read.getIfPresent(thumbprint);
    if (known == null) {
      // Only what the thumbprint covers, so that equal thumbprints are equal keys.
      Map<String, Object> bare = new HashMap<>();
      for (String name : members(jwk)) {
        bare.put(name, plain(jwk.get(name)));
      }
      known = JwkReader.read(bare, false);
      read.put(thumbprint, known);
    }
    return known;
  }

  private static List<String> members(Map<?, ?> jwk) throws MalformedTextException {
    List<String> members = jwk.get("kty") instanceof String type ? MEMBERS.get(type) : null;
    if (members == null) {
      throw new MalformedTextException("its kty is none of EC, RSA and OKP");
    }
    return members;
  }

  /** A text that stands for itself in JSON: nobody can make two keys look like one. */
  private static String plain(@Nullable Object member) throws MalformedTextException {
    if (member instanceof String text
        && !text.isEmpty()
        && text.length() <= MAX_MEMBER_LENGTH
        && text.chars().allMatch(HolderKeys::isBase64Url)) {
      return text;
    }
    throw new MalformedTextException("a member that makes the key is missing or no base64url");
  }

  private static boolean isBase64Url(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private static byte[] sha256(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
