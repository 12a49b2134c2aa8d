// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which keys may verify tokens, and with which algorithm (RFC 7518, RFC 8037). */
final class JwkRules {
  private static final int MIN_RSA_BITS = 2048;

  /** Verification time grows with the square of the length. */
  private static final int MAX_RSA_BITS = 8192;

  private static final int MAX_EXPONENT_BITS = 33;
  private static final int ED25519_BYTES = 32;

  private static final Map<JwsAlgorithm, Curve> CURVES =
      Map.of(
          JwsAlgorithm.ES256, Curve.P_256,
          JwsAlgorithm.ES384, Curve.P_384,
          JwsAlgorithm.ES512, Curve.P_521,
          JwsAlgorithm.EdDSA, Curve.Ed25519);

  private JwkRules() {}

  /** Why a key must not be used, as the rest of a sentence; empty when it may. */
  static String refusal(JWK key, JwksCheck.Holder holder) {
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return "is not for signatures (use)";
    }
    if (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY)) {
      return "is not for verifying (key_ops)";
    }
    if (key.getAlgorithm() != null && algorithmOf(key) == null) {
      return "is for an algorithm that is not a signature this release verifies (alg)";
    }
    String refusal =
        switch (key) {
          case RSAKey rsa -> rsa(rsa);
          case ECKey ec -> curve(ec.getCurve());
          case OctetKeyPair pair -> pair(pair);
          case OctetSequenceKey _ when holder == JwksCheck.Holder.SECRET -> "";
          case OctetSequenceKey _ -> "is an HMAC key (oct), which only a Secret may hold";
          default -> "is of a type that cannot verify signatures (kty)";
        };
    if (refusal.isEmpty() && key.isPrivate() && !(key instanceof OctetSequenceKey)) {
      return "is a private key";
    }
    JwsAlgorithm algorithm = algorithmOf(key);
    return refusal.isEmpty() && algorithm != null && !fits(key, algorithm)
        ? "does not fit its own algorithm " + algorithm + " (alg)"
        : refusal;
  }

  /** Whether a signature by the algorithm could be verified with the key. */
  static boolean fits(JWK key, JwsAlgorithm algorithm) {
    if (key.getAlgorithm() != null && algorithmOf(key) != algorithm) {
      return false;
    }
    return switch (algorithm) {
      case RS256, RS384, RS512, PS256, PS384, PS512 -> key instanceof RSAKey;
      case ES256, ES384, ES512 ->
          key instanceof ECKey ec && ec.getCurve().equals(CURVES.get(algorithm));
      case EdDSA ->
          key instanceof OctetKeyPair pair && pair.getCurve().equals(CURVES.get(algorithm));
      case HS256 -> key instanceof OctetSequenceKey oct && oct.size() >= 256;
      case HS384 -> key instanceof OctetSequenceKey oct && oct.size() >= 384;
      case HS512 -> key instanceof OctetSequenceKey oct && oct.size() >= 512;
    };
  }

  private static @Nullable JwsAlgorithm algorithmOf(JWK key) {
    return Arrays.stream(JwsAlgorithm.values())
        .filter(known -> key.getAlgorithm() != null)
        .filter(known -> known.name().equals(key.getAlgorithm().getName()))
        .findFirst()
        .orElse(null);
  }

  private static String rsa(RSAKey key) {
    int bits = key.size();
    if (bits < MIN_RSA_BITS) {
      return "is an RSA key of " + bits + " bits, less than " + MIN_RSA_BITS;
    }
    if (bits > MAX_RSA_BITS) {
      return "is an RSA key of " + bits + " bits, more than " + MAX_RSA_BITS;
    }
    BigInteger exponent = key.getPublicExponent().decodeToBigInteger();
    // With 1 everybody signs, and even ones belong to no key.
    return exponent.bitLength() > MAX_EXPONENT_BITS
            || !exponent.testBit(0)
            || exponent.equals(BigInteger.ONE)
        ? "is an RSA key whose exponent is no odd number of 3 to 2^33 (e)"
        : "";
  }

  private static String pair(OctetKeyPair key) {
    String refusal = curve(key.getCurve());
    int bytes = key.getX().decode().length;
    return refusal.isEmpty() && bytes != ED25519_BYTES
        ? "is an Ed25519 key of " + bytes + " bytes, not " + ED25519_BYTES + " (x)"
        : refusal;
  }

  private static String curve(Curve curve) {
    return CURVES.containsValue(curve) ? "" : "is on the curve " + curve.getName() + " (crv)";
  }
}
