// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;

/**
 * The operator's own server certificate. It lives for {@link #LIFE}, is renewed with a new key
 * before two thirds of that are over, and is never written to disk. New connections see the new one
 * at once.
 */
public final class RenewingCertificate {
  /** How long one certificate is valid. */
  public static final Duration LIFE = Duration.ofDays(30);

  private final CertificateAuthority authority;
  private final List<ServerName> names;
  private final Clock clock;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private Instant renewAt = Instant.MIN;

  public RenewingCertificate(CertificateAuthority authority, List<ServerName> names, Clock clock) {
    this.authority = authority;
    this.names = List.copyOf(names);
    this.clock = clock;
    renewIfDue();
  }

  /** Issues the next certificate when it is time; to be called at least daily. */
  public synchronized void renewIfDue() {
    Instant now = clock.instant();
    if (now.isBefore(renewAt)) {
      return;
    }
    CertificateAuthority.Issued issued = authority.issueServer(names, LIFE, clock);
    keys.updateIdentityCredentials(
        new X509Certificate[] {issued.certificate(), authority.certificate()}, issued.key());
    renewAt = now.plus(LIFE.multipliedBy(3).dividedBy(5));
  }

  /** Always holds the newest certificate. */
  public KeyManager keyManager() {
    return keys;
  }
}
