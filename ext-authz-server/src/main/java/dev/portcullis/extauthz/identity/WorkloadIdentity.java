// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import dev.portcullis.policy.identity.SpiffeId;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of this replica and the roots that others' must chain to, as the operator last
 * said. Connections that begin use what is newest; those that are open go on. Thread-safe.
 */
public final class WorkloadIdentity {
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager roots;
  private final InstantSource clock;
  private volatile @Nullable Held held;
  private volatile boolean rooted;

  private record Held(SpiffeId id, Instant until) {}

  public WorkloadIdentity(InstantSource clock) {
    this.clock = clock;
    try {
      // Names of workloads are judged by those who know whom they expect; these are no host names.
      roots =
          AdvancedTlsX509TrustManager.newBuilder()
              .setVerification(
                  AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
              .build();
    } catch (CertificateException e) {
      throw new IllegalStateException("a trust manager without roots", e);
    }
  }

  /**
   * Takes a new certificate.
   *
   * @param chain PEM, this workload's own first
   * @param key PEM
   * @throws GeneralSecurityException when it names no workload, has ended or is not of the key;
   *     what was there before stays
   */
  public void certificate(String chain, String key) throws GeneralSecurityException {
    List<X509Certificate> certificates = Certificates.read(chain);
    PrivateKey secret = Certificates.readKey(key);
    X509Certificate own = certificates.getFirst();
    SpiffeId id =
        SpiffeId.in(own)
            .orElseThrow(() -> new CertificateException("the certificate names no workload"));
    Instant until = own.getNotAfter().toInstant();
    if (!until.isAfter(clock.instant())) {
      throw new CertificateException("the certificate ended at " + until);
    }
    if (!belongs(secret, own)) {
      throw new CertificateException("the key is not the certificate's");
    }
    keys.updateIdentityCredentials(certificates.toArray(X509Certificate[]::new), secret);
    held = new Held(id, until);
  }

  private static boolean belongs(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    byte[] text = {1, 2, 3};
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(text);
    return signature.verify(signed);
  }

  /**
   * Takes new roots.
   *
   * @param pem all that are trusted from now on
   * @throws GeneralSecurityException when they are none; what was there before stays
   */
  public void roots(String pem) throws GeneralSecurityException {
    try {
      roots.updateTrustCredentials(Certificates.read(pem).toArray(X509Certificate[]::new));
      rooted = true;
    } catch (IOException e) {
      throw new GeneralSecurityException("roots that cannot be used", e);
    }
  }

  /** Whether there is a certificate that is valid now, and roots. */
  public boolean ready() {
    Held now = held;
    return rooted && now != null && now.until().isAfter(clock.instant());
  }

  /** Who this replica is; null: it has not been told. */
  public @Nullable SpiffeId id() {
    Held now = held;
    return now == null ? null : now.id();
  }

  /** When the certificate ends; null: there is none. */
  public @Nullable Instant until() {
    Held now = held;
    return now == null ? null : now.until();
  }

  /** Always holds the newest certificate. */
  public KeyManager keyManager() {
    return keys;
  }

  /** Always holds the newest roots; looks at no names. */
  public TrustManager trustManager() {
    return roots;
  }

  Instant now() {
    return clock.instant();
  }
}
