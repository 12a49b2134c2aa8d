// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.math.BigInteger;
import java.security.Key;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one JWK and refuses it unless it is beyond doubt a key for verifying signatures. */
final class JwkReader {
  private static final int MIN_RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 8192;
  private static final int MAX_EXPONENT_BITS = 33;
  private static final int MAX_ID_LENGTH = 256;

  /** Certificates are not looked at: the set itself is what is trusted. */
  private static final List<String> CERTIFICATES = List.of("x5c", "x5u", "x5t", "x5t#S256");

  private JwkReader() {}

  static VerificationKey read(Map<String, Object> members, boolean secret)
      throws MalformedTextException {
    if (members.containsKey("d")) {
      throw new MalformedTextException("it is a private key");
    }
    if (members.containsKey("use") && !"sig".equals(members.get("use"))) {
      throw new MalformedTextException("its use is not sig");
    }
    if (members.containsKey("key_ops")
        && !(members.get("key_ops") instanceof List<?> operations
            && operations.contains("verify"))) {
      throw new MalformedTextException("its key_ops do not have verify");
    }
    JWK jwk = parse(members);
    String id = jwk.getKeyID();
    if (id != null && id.length() > MAX_ID_LENGTH) {
      throw new MalformedTextException("its kid is longer than " + MAX_ID_LENGTH);
    }
    VerificationKey key =
        switch (jwk) {
          case RSAKey rsa -> rsa(rsa, id);
          case ECKey ec -> new VerificationKey(id, curve(ec.getCurve()), publicKey(ec));
          case OctetKeyPair okp -> Ed25519Keys.read(okp, id);
          case OctetSequenceKey oct when secret ->
              new VerificationKey(
                  id, nonEmpty(hmac(oct.toByteArray().length)), oct.toSecretKey("HMAC"));
          case OctetSequenceKey _ ->
              throw new MalformedTextException("a symmetric key may only come from a Secret");
          default -> throw new MalformedTextException("its kty is unknown");
        };
    return narrow(key, members.get("alg"));
  }

  private static JWK parse(Map<String, Object> members) throws MalformedTextException {
    var bare = new HashMap<>(members);
    CERTIFICATES.forEach(bare::remove);
    try {
      return JWK.parse(bare);
    } catch (ParseException | IllegalArgumentException e) {
      throw new MalformedTextException("not a JWK that can be read");
    }
  }

  private static VerificationKey rsa(RSAKey rsa, @Nullable String id)
      throws MalformedTextException {
    var key = (RSAPublicKey) publicKey(rsa);
    int bits = key.getModulus().bitLength();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new MalformedTextException(
          "its modulus has " + bits + " bits, not " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
    }
    BigInteger exponent = key.getPublicExponent();
    if (exponent.bitLength() > MAX_EXPONENT_BITS
        || !exponent.testBit(0)
        || exponent.compareTo(BigInteger.TWO) <= 0) {
      throw new MalformedTextException("its exponent is not an odd number of 3 to 2^33");
    }
    return new VerificationKey(id, EnumSet.range(JwsAlgorithm.RS256, JwsAlgorithm.PS512), key);
  }

  private static Key publicKey(com.nimbusds.jose.jwk.AsymmetricJWK jwk)
      throws MalformedTextException {
    try {
      return jwk.toPublicKey();
    } catch (JOSEException e) {
      throw new MalformedTextException("its numbers make no key");
    }
  }

  private static Set<JwsAlgorithm> curve(Curve curve) throws MalformedTextException {
    if (curve.equals(Curve.P_256)) {
      return Set.of(JwsAlgorithm.ES256);
    }
    if (curve.equals(Curve.P_384)) {
      return Set.of(JwsAlgorithm.ES384);
    }
    if (curve.equals(Curve.P_521)) {
      return Set.of(JwsAlgorithm.ES512);
    }
    throw new MalformedTextException("its curve is none of P-256, P-384, P-521");
  }

  /** The HMACs that a secret is long enough for (RFC 7518 section 3.2). */
  static Set<JwsAlgorithm> hmac(int bytes) {
    Set<JwsAlgorithm> algorithms = EnumSet.noneOf(JwsAlgorithm.class);
    if (bytes >= 32) {
      algorithms.add(JwsAlgorithm.HS256);
    }
    if (bytes >= 48) {
      algorithms.add(JwsAlgorithm.HS384);
    }
    if (bytes >= 64) {
      algorithms.add(JwsAlgorithm.HS512);
    }
    return algorithms;
  }

  private static Set<JwsAlgorithm> nonEmpty(Set<JwsAlgorithm> algorithms)
      throws MalformedTextException {
    if (algorithms.isEmpty()) {
      throw new MalformedTextException("it has fewer than 32 bytes");
    }
    return algorithms;
  }

  private static VerificationKey narrow(VerificationKey key, @Nullable Object alg)
      throws MalformedTextException {
    if (alg == null) {
      return key;
    }
    for (JwsAlgorithm algorithm : key.algorithms()) {
      if (algorithm.name().equals(alg)) {
        return new VerificationKey(key.id(), Set.of(algorithm), key.key());
      }
    }
    throw new MalformedTextException("its alg does not fit its type, curve or size");
  }
}
