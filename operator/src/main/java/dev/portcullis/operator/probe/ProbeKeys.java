// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.policy.plan.SecretMaterial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys that probes are signed with. Every operator has the same, without a word between them:
 * they are derived (HKDF, RFC 5869) from the key of the authority, which all operators follow. When
 * another authority signs, the key before it stays good until the next. Thread-safe.
 */
public final class ProbeKeys {
  private static final byte[] USE = "portcullis probe key 1".getBytes(StandardCharsets.US_ASCII);

  private final CurrentTrust trust;
  private @Nullable X509Certificate signer;
  private List<ProbeKey> keys = List.of();

  public ProbeKeys(CurrentTrust trust) {
    this.trust = trust;
  }

  /** One, or two while one follows another; the newest first. */
  public synchronized List<ProbeKey> keys() {
    var authority = trust.get().signer();
    if (!authority.certificate().equals(signer)) {
      ProbeKey newest = derived(authority.key());
      keys =
          Stream.concat(
                  Stream.of(newest), keys.stream().filter(key -> !key.equals(newest)).limit(1))
              .toList();
      signer = authority.certificate();
    }
    return keys;
  }

  static ProbeKey derived(PrivateKey authority) {
    try {
      byte[] key =
          KDF.getInstance("HKDF-SHA256")
              .deriveData(
                  HKDFParameterSpec.ofExtract()
                      .addIKM(secret(authority))
                      .thenExpand(USE, ProbeKey.BYTES));
      return ProbeKey.of(SecretMaterial.of(key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HKDF", e);
    }
  }

  /** The number that is the secret: how a key is encoded depends on where it came from. */
  private static byte[] secret(PrivateKey key) {
    return switch (key) {
      case ECPrivateKey elliptic -> elliptic.getS().toByteArray();
      case RSAPrivateKey rsa -> rsa.getPrivateExponent().toByteArray();
      case EdECPrivateKey edwards ->
          edwards.getBytes().orElseThrow(() -> new IllegalArgumentException("a key without bytes"));
      default -> throw new IllegalArgumentException("cannot derive from " + key.getAlgorithm());
    };
  }
}
