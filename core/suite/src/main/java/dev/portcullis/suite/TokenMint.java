// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs tokens, right ones and every kind of wrong one. It builds them by hand, because a library
 * would refuse to write most of what an attacker sends.
 */
final class TokenMint {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
  private static final Pattern DURATION = Pattern.compile("(-?)(\\d{1,9})([smhd])");

  private TokenMint() {}

  static String mint(Token token, IssuerKey key, Instant now) {
    Map<String, @Nullable Object> header = new LinkedHashMap<>();
    header.put("alg", key.algorithm());
    header.put("kid", key.id());
    header.put("typ", "JWT");
    Map<String, @Nullable Object> claims = new LinkedHashMap<>();
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(duration(token.expiresIn())).getEpochSecond());
    String signed =
        encode(merged(header, token.header())) + "." + encode(merged(claims, token.claims()));
    byte[] signature = signature(token, key, signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + BASE64URL.encodeToString(signature);
  }

  private static byte[] signature(Token token, IssuerKey key, byte[] input) {
    return switch (token.signature()) {
      case VALID -> sign(key, input);
      case EMPTY -> new byte[0];
      case GARBAGE -> {
        byte[] noise = sign(key, input);
        new SecureRandom().nextBytes(noise);
        yield noise;
      }
      case ZEROS -> new byte[sign(key, input).length];
      case OTHER_KEY -> sign(IssuerKey.generate(key.id(), key.algorithm()), input);
      case HMAC_OF_PUBLIC_PEM -> hmac("HmacSHA256", pem(key), input);
      case HMAC_OF_PUBLIC_DER -> hmac("HmacSHA256", key.verifying().getEncoded(), input);
    };
  }

  private static byte[] pem(IssuerKey key) {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.verifying().getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] sign(IssuerKey key, byte[] input) {
    String algorithm = key.algorithm();
    String bits = algorithm.substring(algorithm.length() - 3);
    if (algorithm.startsWith("HS")) {
      return hmac("HmacSHA" + bits, key.signing().getEncoded(), input);
    }
    try {
      Signature signature = Signature.getInstance(jdkName(algorithm, bits));
      if (algorithm.startsWith("PS")) {
        signature.setParameter(
            new PSSParameterSpec(
                "SHA-" + bits,
                "MGF1",
                new MGF1ParameterSpec("SHA-" + bits),
                Integer.parseInt(bits) / 8,
                1));
      }
      signature.initSign((PrivateKey) key.signing());
      signature.update(input);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot sign " + algorithm, e);
    }
  }

  private static String jdkName(String algorithm, String bits) {
    return switch (algorithm.substring(0, 2)) {
      case "RS" -> "SHA" + bits + "withRSA";
      case "PS" -> "RSASSA-PSS";
      case "ES" -> "SHA" + bits + "withECDSAinP1363Format";
      default -> "Ed25519";
    };
  }

  private static byte[] hmac(String algorithm, byte[] secret, byte[] input) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  private static Map<String, @Nullable Object> merged(
      Map<String, @Nullable Object> usual, Map<String, @Nullable Object> wanted) {
    wanted.forEach((name, value) -> {
      if (value == null) {
        usual.remove(name);
      } else {
        usual.put(name, value);
      }
    });
    return usual;
  }

  private static String encode(Map<String, @Nullable Object> members) {
    try {
      return BASE64URL.encodeToString(JSON.writeValueAsBytes(members));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of YAML values is always JSON", e);
    }
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new SuiteException("not a duration such as 10m or -1h: " + text);
    }
    long amount = Long.parseLong(matcher.group(1) + matcher.group(2));
    return switch (matcher.group(3)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
