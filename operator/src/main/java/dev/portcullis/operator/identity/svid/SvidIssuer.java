// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.svid;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CertificateAuthority.Issued;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.policy.identity.SpiffeId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * Issues certificates to workloads: each with a key of its own on P-256, and a moment of renewal
 * that is left to chance, so that nodes that came together do not come together again.
 */
public final class SvidIssuer {
  private final Duration life;
  private final Clock clock;
  private final RandomGenerator random;

  /**
   * @param life of a certificate; at least a second
   */
  public SvidIssuer(Duration life, Clock clock, RandomGenerator random) {
    if (life.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("lives for a second at least, not " + life);
    }
    this.life = life;
    this.clock = clock;
    this.random = random;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * A new certificate.
   *
   * @throws IllegalStateException when the authority's own has ended
   */
  Svid issue(SpiffeId id, Trust trust) {
    CertificateAuthority signer = trust.signer();
    Instant now = now();
    Issued issued = signer.issueWorkload(id, life, clock);
    Duration lives = Duration.between(now, issued.certificate().getNotAfter().toInstant());
    double share = 0.5 + 0.1 * random.nextDouble();
    Duration wait = Duration.ofMillis((long) (lives.toMillis() * share));
    return new Svid(id, issued, now.plus(wait));
  }
}
