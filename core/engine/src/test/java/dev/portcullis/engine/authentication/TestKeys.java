// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keys that are made once per JVM, their JWKs, and signatures by them. */
public final class TestKeys {
  public static final KeyPair RSA = rsa(2048);
  public static final KeyPair OTHER_RSA = rsa(2048);
  public static final KeyPair EC = ec("secp256r1");
  public static final KeyPair ED = ed();

  private TestKeys() {}

  public static KeyPair rsa(int bits) {
    return generate("RSA", g -> g.initialize(bits));
  }

  public static KeyPair ec(String curve) {
    return generate("EC", g -> g.initialize(new ECGenParameterSpec(curve)));
  }

  private static KeyPair ed() {
    return generate("Ed25519", _ -> {});
  }

  private interface Setting {
    void apply(KeyPairGenerator generator) throws GeneralSecurityException;
  }

  private static KeyPair generate(String algorithm, Setting setting) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      setting.apply(generator);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public static JWK rsaJwk(KeyPair pair, String id) {
    return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(id).build();
  }

  public static JWK ecJwk(KeyPair pair, String id) {
    return new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic()).keyID(id).build();
  }

  /** Text of the JWK of an Ed25519 key, made from its encoding and not by the code under test. */
  public static String edJwk(String id) {
    byte[] encoded = ((EdECPublicKey) ED.getPublic()).getEncoded();
    byte[] x = java.util.Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"}"
        .formatted(id, Base64.getUrlEncoder().withoutPadding().encodeToString(x));
  }

  /** The text of a set of JWKs. */
  public static String set(Object... jwks) {
    return Stream.of(jwks)
        .map(jwk -> jwk instanceof JWK key ? key.toJSONString() : jwk.toString())
        .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  public static byte[] sign(String algorithm, PrivateKey key, byte[] input) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(input);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
