// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import dev.portcullis.policy.identity.SpiffeId;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client's certificate proves beside its token. A certificate is handed out for a token, so
 * it can come with every connection but the first. Who reads plans has to bring both: a token ends
 * up wherever headers do, the key of a certificate never leaves the process. Thread-safe.
 */
public final class ClientCertificate {
  private static final Logger LOG = LoggerFactory.getLogger(ClientCertificate.class);

  private final CurrentTrust trust;
  private final String trustDomain;
  private final AdvancedTlsX509TrustManager roots;

  /** What it proves. */
  public enum Proof {
    /** The connection has no certificate. */
    NONE,
    /** It names the ServiceAccount that the token is of. */
    SAME,
    /** It names somebody else. */
    OTHER
  }

  /**
   * @param trust whose roots certificates must chain to
   * @param trustDomain of the identities in them
   */
  public ClientCertificate(CurrentTrust trust, String trustDomain) {
    this.trust = trust;
    this.trustDomain = trustDomain;
    try {
      // Names are compared here, with those of tokens; these are no host names.
      roots =
          AdvancedTlsX509TrustManager.newBuilder()
              .setVerification(
                  AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
              .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a trust manager without roots", e);
    }
    follow();
    trust.listen(this::follow);
  }

  private void follow() {
    try {
      roots.updateTrustCredentials(trust.get().roots().toArray(X509Certificate[]::new));
    } catch (IOException | GeneralSecurityException e) {
      // Those of before stay, and clients that the new root signed are refused: nobody gets in.
      LOG.atError().setCause(e).log("roots that cannot be used for clients");
    }
  }

  /** Always holds the newest roots; looks at no names. */
  public TrustManager trustManager() {
    return roots;
  }

  /**
   * Compares the certificate of a connection with a token's identity.
   *
   * @param session of the connection; its handshake verified the chain
   */
  Proof proof(@Nullable SSLSession session, Identity identity) {
    X509Certificate certificate = shown(session);
    if (certificate == null) {
      return Proof.NONE;
    }
    Optional<SpiffeId> wanted =
        identity
            .serviceAccount()
            .map(account -> new SpiffeId(trustDomain, account.namespace(), account.name()));
    return wanted.isPresent() && SpiffeId.in(certificate).equals(wanted) ? Proof.SAME : Proof.OTHER;
  }

  private static @Nullable X509Certificate shown(@Nullable SSLSession session) {
    try {
      return session != null && session.getPeerCertificates()[0] instanceof X509Certificate shown
          ? shown
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }
}
