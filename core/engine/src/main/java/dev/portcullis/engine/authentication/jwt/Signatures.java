// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.policy.plan.JwsAlgorithm;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Mac;

/**
 * Verifies signatures through whatever security provider the process prefers. The caller has made
 * sure that the key is of the algorithm's type.
 */
final class Signatures {
  private Signatures() {}

  static boolean verify(JwsAlgorithm algorithm, Key key, byte[] input, byte[] signature) {
    try {
      return switch (algorithm) {
        case RS256 -> asymmetric("SHA256withRSA", key, input, signature);
        case RS384 -> asymmetric("SHA384withRSA", key, input, signature);
        case RS512 -> asymmetric("SHA512withRSA", key, input, signature);
        case PS256 -> pss("SHA-256", MGF1ParameterSpec.SHA256, 32, key, input, signature);
        case PS384 -> pss("SHA-384", MGF1ParameterSpec.SHA384, 48, key, input, signature);
        case PS512 -> pss("SHA-512", MGF1ParameterSpec.SHA512, 64, key, input, signature);
        // Fixed lengths (RFC 7518 section 3.4): a shorter or longer text of the same numbers is
        // refused.
        case ES256 -> ecdsa("SHA256", 64, key, input, signature);
        case ES384 -> ecdsa("SHA384", 96, key, input, signature);
        case ES512 -> ecdsa("SHA512", 132, key, input, signature);
        case EdDSA -> signature.length == 64 && asymmetric("Ed25519", key, input, signature);
        case HS256 -> mac("HmacSHA256", key, input, signature);
        case HS384 -> mac("HmacSHA384", key, input, signature);
        case HS512 -> mac("HmacSHA512", key, input, signature);
      };
    } catch (SignatureException e) {
      // A provider says so when the bytes cannot be a signature at all.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot verify " + algorithm + " in this JVM", e);
    }
  }

  private static boolean asymmetric(String name, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    return verify(Signature.getInstance(name), key, input, signature);
  }

  private static boolean ecdsa(String hash, int length, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    return signature.length == length
        && asymmetric(hash + "withECDSAinP1363Format", key, input, signature);
  }

  private static boolean pss(
      String hash, MGF1ParameterSpec mask, int salt, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("RSASSA-PSS");
    verifier.setParameter(new PSSParameterSpec(hash, "MGF1", mask, salt, 1));
    return verify(verifier, key, input, signature);
  }

  private static boolean verify(Signature verifier, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    if (!(key instanceof PublicKey publicKey)) {
      throw new InvalidKeyException("not a public key");
    }
    verifier.initVerify(publicKey);
    verifier.update(input);
    return verifier.verify(signature);
  }

  private static boolean mac(String name, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(name);
    mac.init(key);
    return MessageDigest.isEqual(mac.doFinal(input), signature);
  }
}
