// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Verifies signatures through the security provider that the process chose, and through those of
 * the JVM what that one cannot: Ed25519, an algorithm that it does not have, a key that it does not
 * take. The caller has made sure that the key is of the algorithm's type. Safe for all threads.
 */
public final class Signatures {
  private final @Nullable Provider chosen;

  /** Keys in the form of the chosen provider, by identity, for as long as the keys themselves. */
  private final Cache<Key, Own> own = Caffeine.newBuilder().weakKeys().build();

  /**
   * What the chosen provider makes of a key.
   *
   * @param key null: it does not take it
   */
  private record Own(@Nullable PublicKey key) {}

  private Signatures(@Nullable Provider chosen) {
    this.chosen = chosen;
  }

  /** By whatever providers the JVM prefers. */
  public static Signatures ofTheJvm() {
    return new Signatures(null);
  }

  /** By this provider where it can; it need not be installed. */
  public static Signatures by(Provider provider) {
    return new Signatures(provider);
  }

  /** Whether a signature is the key's over the input, in the form that JWS has for it. */
  public boolean verify(JwsAlgorithm algorithm, Key key, byte[] input, byte[] signature) {
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
        case EdDSA -> signature.length == 64 && ed25519(key, input, signature);
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

  private boolean asymmetric(String name, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    PublicKey publicKey = publicKey(key);
    PublicKey ours = own(name, publicKey);
    return ours == null
        ? verify(Signature.getInstance(name), publicKey, input, signature)
        : verify(Signature.getInstance(name, chosen), ours, input, signature);
  }

  private boolean ecdsa(String hash, int length, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    return signature.length == length
        && asymmetric(hash + "withECDSAinP1363Format", key, input, signature);
  }

  private boolean pss(
      String hash, MGF1ParameterSpec mask, int salt, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    PublicKey publicKey = publicKey(key);
    PublicKey ours = own("RSASSA-PSS", publicKey);
    Signature verifier =
        ours == null
            ? Signature.getInstance("RSASSA-PSS")
            : Signature.getInstance("RSASSA-PSS", chosen);
    verifier.setParameter(new PSSParameterSpec(hash, "MGF1", mask, salt, 1));
    return verify(verifier, ours == null ? publicKey : ours, input, signature);
  }

  private static boolean ed25519(Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    return verify(Signature.getInstance("Ed25519"), publicKey(key), input, signature);
  }

  private static boolean verify(Signature verifier, PublicKey key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    verifier.initVerify(key);
    verifier.update(input);
    return verifier.verify(signature);
  }

  private static PublicKey publicKey(Key key) throws InvalidKeyException {
    if (key instanceof PublicKey publicKey) {
      return publicKey;
    }
    throw new InvalidKeyException("not a public key");
  }

  /** The key as the chosen provider wants it; null: the JVM's providers verify. */
  private @Nullable PublicKey own(String name, PublicKey key) {
    Provider provider = chosen;
    if (provider == null || provider.getService("Signature", name) == null) {
      return null;
    }
    return own.get(key, _ -> translated(provider, key)).key();
  }

  private static Own translated(Provider provider, PublicKey key) {
    try {
      KeyFactory keys = KeyFactory.getInstance(key.getAlgorithm(), provider);
      return new Own((PublicKey) keys.translateKey(key));
    } catch (GeneralSecurityException e) {
      // It is a good key all the same: whoever read it made sure of that.
      return new Own(null);
    }
  }

  private static boolean mac(String name, Key key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(name);
    mac.init(key);
    return MessageDigest.isEqual(mac.doFinal(input), signature);
  }
}
