// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The key of a token issuer, made afresh.
 *
 * @param algorithm of RFC 7518 or RFC 8037
 * @param signing private or secret
 * @param verifying public, or the same secret
 * @param jwks document that holds the verifying key
 */
record IssuerKey(String id, String algorithm, Key signing, Key verifying, String jwks) {
  private static final int RSA_BITS = 2048;

  /**
   * Makes one.
   *
   * @param bits of an RSA key; null: 2048
   */
  static IssuerKey generate(String id, String algorithm, @Nullable Integer bits) {
    try {
      return switch (algorithm) {
        case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512" ->
            rsa(id, algorithm, bits == null ? RSA_BITS : bits);
        case "ES256" -> ec(id, algorithm, "secp256r1", Curve.P_256);
        case "ES384" -> ec(id, algorithm, "secp384r1", Curve.P_384);
        case "ES512" -> ec(id, algorithm, "secp521r1", Curve.P_521);
        case "EdDSA" -> ed25519(id);
        case "HS256", "HS384", "HS512" -> hmac(id, algorithm);
        default ->
            throw new SuiteException("issuer " + id + ": no algorithm is called " + algorithm);
      };
    } catch (GeneralSecurityException | JOSEException e) {
      throw new IllegalStateException("this JDK cannot make a key for " + algorithm, e);
    }
  }

  private static IssuerKey rsa(String id, String algorithm, int bits)
      throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    KeyPair pair = generator.generateKeyPair();
    JWK jwk = new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(id).build();
    return new IssuerKey(id, algorithm, pair.getPrivate(), pair.getPublic(), set(jwk));
  }

  private static IssuerKey ec(String id, String algorithm, String curve, Curve jwkCurve)
      throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    KeyPair pair = generator.generateKeyPair();
    JWK jwk = new ECKey.Builder(jwkCurve, (ECPublicKey) pair.getPublic()).keyID(id).build();
    return new IssuerKey(id, algorithm, pair.getPrivate(), pair.getPublic(), set(jwk));
  }

  private static IssuerKey ed25519(String id) throws GeneralSecurityException, JOSEException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    // The raw key is the last 32 bytes of its SubjectPublicKeyInfo (RFC 8410).
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    JWK jwk = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(raw)).keyID(id).build();
    return new IssuerKey(id, "EdDSA", pair.getPrivate(), pair.getPublic(), set(jwk));
  }

  private static IssuerKey hmac(String id, String algorithm) {
    byte[] secret = new byte[64];
    new SecureRandom().nextBytes(secret);
    Key key = new SecretKeySpec(secret, "HMAC");
    JWK jwk = new OctetSequenceKey.Builder(secret).keyID(id).build();
    return new IssuerKey(id, algorithm, key, key, new JWKSet(jwk).toString(false));
  }

  private static String set(JWK jwk) {
    return new JWKSet(jwk).toString();
  }

  /** The public key as its JWK says it. */
  Map<String, Object> jwk() {
    try {
      return JWKSet.parse(jwks).getKeys().getFirst().toJSONObject();
    } catch (ParseException e) {
      throw new IllegalStateException("we have written it ourselves", e);
    }
  }

  /** The thumbprint of the public key (RFC 7638). */
  String thumbprint() {
    try {
      return JWKSet.parse(jwks).getKeys().getFirst().computeThumbprint().toString();
    } catch (ParseException | JOSEException e) {
      throw new IllegalStateException("we have written it ourselves", e);
    }
  }

  @Override
  public String toString() {
    return "IssuerKey[" + id + "]";
  }
}
