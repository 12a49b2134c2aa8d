// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import dev.portcullis.policy.identity.SpiffeId;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The operator's own server certificate. It lives for {@link #LIFE}, is renewed with a new key
 * before two thirds of that are over or when another authority signs, and is never written to disk.
 * New connections see the new one at once.
 */
public final class RenewingCertificate {
  /** How long one certificate is valid. */
  public static final Duration LIFE = Duration.ofDays(1);

  private final CurrentTrust trust;
  private final List<ServerName> names;
  private final SpiffeId identity;
  private final Clock clock;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private Instant renewAt = Instant.MIN;
  private @Nullable X509Certificate signedBy;

  /**
   * @param identity that the operator has as a workload
   */
  public RenewingCertificate(
      CurrentTrust trust, List<ServerName> names, SpiffeId identity, Clock clock) {
    this.trust = trust;
    this.names = List.copyOf(names);
    this.identity = identity;
    this.clock = clock;
    renewIfDue();
  }

  /**
   * Issues the next certificate when it is time; to be called at least hourly, and when trust has
   * changed.
   */
  public synchronized void renewIfDue() {
    Instant now = clock.instant();
    CertificateAuthority authority = trust.get().signer();
    if (now.isBefore(renewAt) && authority.certificate().equals(signedBy)) {
      return;
    }
    CertificateAuthority.Issued issued = authority.issueServer(names, identity, LIFE, clock);
    keys.updateIdentityCredentials(issued.chain().toArray(X509Certificate[]::new), issued.key());
    renewAt = now.plus(LIFE.multipliedBy(3).dividedBy(5));
    signedBy = authority.certificate();
  }

  /** Always holds the newest certificate. */
  public KeyManager keyManager() {
    return keys;
  }
}
