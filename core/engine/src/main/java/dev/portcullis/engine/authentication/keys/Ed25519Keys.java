// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ed25519 public keys (RFC 8037), which nimbus does not turn into keys of the JDK. */
final class Ed25519Keys {
  private static final int LENGTH = 32;

  private Ed25519Keys() {}

  static VerificationKey read(OctetKeyPair jwk, @Nullable String id) throws MalformedTextException {
    byte[] x = jwk.getX().decode();
    if (!jwk.getCurve().equals(Curve.Ed25519) || x.length != LENGTH) {
      throw new MalformedTextException("its curve is not Ed25519 with 32 bytes");
    }
    // RFC 8032 section 5.1.2: little-endian y, the top bit is the parity of x.
    boolean odd = (x[LENGTH - 1] & 0x80) != 0;
    x[LENGTH - 1] &= 0x7F;
    for (int i = 0; i < LENGTH / 2; i++) {
      byte swapped = x[i];
      x[i] = x[LENGTH - 1 - i];
      x[LENGTH - 1 - i] = swapped;
    }
    var point = new EdECPoint(odd, new BigInteger(1, x));
    try {
      var spec = new EdECPublicKeySpec(NamedParameterSpec.ED25519, point);
      return new VerificationKey(
          id, Set.of(JwsAlgorithm.EdDSA), KeyFactory.getInstance("Ed25519").generatePublic(spec));
    } catch (GeneralSecurityException e) {
      throw new MalformedTextException("its point is not on Ed25519");
    }
  }
}
