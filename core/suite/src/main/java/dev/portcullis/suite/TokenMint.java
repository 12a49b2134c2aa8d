// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
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
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final Pattern DURATION = Pattern.compile("(-?)(\\d{1,9})([smhd])");

  private TokenMint() {}

  /**
   * Mints one.
   *
   * @param fill fills placeholders in the JSON of both parts
   */
  static String mint(Token token, IssuerKey key, Instant now, UnaryOperator<String> fill) {
    IssuerKey signer = signer(token, key);
    Map<String, @Nullable Object> header = new LinkedHashMap<>();
    header.put("alg", key.algorithm());
    header.put("kid", key.id());
    header.put("typ", "JWT");
    Map<String, @Nullable Object> claims = new LinkedHashMap<>();
    if (token.signature() == Token.Signature.EMBEDDED_KEY) {
      header.put("jwk", signer.jwk());
    }
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(duration(token.expiresIn())).getEpochSecond());
    if (token.authAge() != null) {
      claims.put("auth_time", now.minus(duration(token.authAge())).getEpochSecond());
    }
    String signed =
        encode(
                fill.apply(text(token.rawHeader(), merged(header, token.header()))),
                token.loose() == Token.Part.HEADER)
            + "."
            + encode(
                fill.apply(text(token.rawClaims(), merged(claims, token.claims()))),
                token.loose() == Token.Part.PAYLOAD);
    byte[] signature = signature(token, signer, signed.getBytes(StandardCharsets.US_ASCII));
    String third = BASE64URL.encodeToString(signature);
    return signed + "." + (token.loose() == Token.Part.SIGNATURE ? loose(third) : third);
  }

  /** Another text that stands for the same bytes, if nobody looks at the last bits. */
  private static String loose(String text) {
    int last = text.length() - 1;
    if (text.length() % 4 == 0) {
      throw new SuiteException("every bit of this part says something, so none can be loose");
    }
    return text.substring(0, last) + ALPHABET.charAt(ALPHABET.indexOf(text.charAt(last)) + 1);
  }

  /** What an issuer says of an opaque token. */
  static String answer(Suite.OpaqueToken token, Instant now) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("active", true);
    members.put("iat", now.getEpochSecond());
    members.put("exp", now.plus(duration(token.expiresIn())).getEpochSecond());
    if (token.authAge() != null) {
      members.put("auth_time", now.minus(duration(token.authAge())).getEpochSecond());
    }
    return text(token.raw(), merged(members, token.claims()));
  }

  private static IssuerKey signer(Token token, IssuerKey key) {
    return switch (token.signature()) {
      case OTHER_KEY, EMBEDDED_KEY -> IssuerKey.generate(key.id(), key.algorithm(), null);
      default -> key;
    };
  }

  private static byte[] signature(Token token, IssuerKey key, byte[] input) {
    return switch (token.signature()) {
      case VALID, OTHER_KEY, EMBEDDED_KEY -> sign(key, input);
      case EMPTY -> new byte[0];
      case GARBAGE -> {
        byte[] noise = sign(key, input);
        new SecureRandom().nextBytes(noise);
        yield noise;
      }
      case ZEROS -> new byte[sign(key, input).length];
      case SHORT -> {
        byte[] whole = sign(key, input);
        yield Arrays.copyOf(whole, whole.length - 1);
      }
      case LONG -> {
        byte[] whole = sign(key, input);
        yield Arrays.copyOf(whole, whole.length + 1);
      }
      case DER -> der(sign(key, input));
      case ORDER -> order(key);
      case HMAC_OF_PUBLIC_PEM -> hmac("HmacSHA256", pem(key), input);
      case HMAC_OF_PUBLIC_DER -> hmac("HmacSHA256", key.verifying().getEncoded(), input);
    };
  }

  /** SEQUENCE of two INTEGERs; short forms of lengths will do below 128 bytes. */
  private static byte[] der(byte[] pair) {
    byte[] r = new BigInteger(1, Arrays.copyOf(pair, pair.length / 2)).toByteArray();
    byte[] s =
        new BigInteger(1, Arrays.copyOfRange(pair, pair.length / 2, pair.length)).toByteArray();
    ByteBuffer out = ByteBuffer.allocate(r.length + s.length + 6);
    out.put((byte) 0x30).put((byte) (r.length + s.length + 4));
    out.put((byte) 2).put((byte) r.length).put(r).put((byte) 2).put((byte) s.length).put(s);
    return out.array();
  }

  private static byte[] order(IssuerKey key) {
    if (!(key.verifying() instanceof ECPublicKey ec)) {
      throw new SuiteException("only a curve has an order, and " + key.algorithm() + " has none");
    }
    byte[] order = ec.getParams().getOrder().toByteArray();
    int length = (ec.getParams().getOrder().bitLength() + 7) / 8;
    byte[] pair = new byte[2 * length];
    System.arraycopy(order, order.length - length, pair, 0, length);
    System.arraycopy(order, order.length - length, pair, length, length);
    return pair;
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

  /** The usual members with the wanted ones over them; null removes one. */
  static Map<String, @Nullable Object> merged(
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

  private static String encode(String text, boolean loose) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!loose) {
      return BASE64URL.encodeToString(bytes);
    }
    // A blank behind JSON says nothing, and leaves bits over.
    byte[] longer = bytes.length % 3 == 0 ? (text + " ").getBytes(StandardCharsets.UTF_8) : bytes;
    return loose(BASE64URL.encodeToString(longer));
  }

  private static String text(@Nullable String raw, Map<String, @Nullable Object> members) {
    return raw == null ? json(members) : raw;
  }

  /** An object as JSON. */
  static String json(Map<String, ? extends @Nullable Object> members) {
    try {
      return JSON.writeValueAsString(members);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of YAML values is always JSON", e);
    }
  }

  static Duration duration(String text) {
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
