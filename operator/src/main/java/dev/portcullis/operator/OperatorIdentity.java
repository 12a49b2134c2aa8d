// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.operator.IdentityConfig.CaSource;
import dev.portcullis.operator.identity.CaStore;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.RenewingCertificate;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.operator.identity.svid.SvidIssuer;
import dev.portcullis.operator.identity.svid.Svids;
import dev.portcullis.operator.inject.WebhookIdentity;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The certificate authority, the operator's own certificate, and those of workloads. */
final class OperatorIdentity implements AutoCloseable {
  private static final Duration RENEWAL_LOOK = Duration.ofSeconds(5);

  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("svids").daemon().factory());
  private final CurrentTrust trust;
  private final RenewingCertificate certificate;
  private final Svids svids;

  /**
   * Opens the authority.
   *
   * @throws dev.portcullis.operator.identity.IdentityFileException when it cannot be used
   */
  OperatorIdentity(
      OperatorConfig config, ScheduledExecutorService timer, MeterRegistry metrics, Clock clock) {
    IdentityConfig identity = config.identity();
    trust =
        switch (identity.authority()) {
          case CaSource.Directory(var directory) ->
              new CurrentTrust(Trust.in(new CaStore(directory, clock).open()));
        };
    certificate = new RenewingCertificate(trust, config.xdsNames(), identity.operator(), clock);
    trust.listen(certificate::renewIfDue);
    var _ = timer.scheduleAtFixedRate(certificate::renewIfDue, 1, 1, TimeUnit.HOURS);
    svids =
        new Svids(
            trust,
            identity.trustDomain(),
            new SvidIssuer(identity.svidLife(), clock, new SecureRandom()),
            worker,
            metrics);
    long look = Math.min(RENEWAL_LOOK.toMillis(), identity.svidLife().toMillis() / 20);
    var _ = timer.scheduleWithFixedDelay(svids::renewDue, look, look, TimeUnit.MILLISECONDS);
  }

  RenewingCertificate certificate() {
    return certificate;
  }

  Svids svids() {
    return svids;
  }

  /** What the webhooks show, and whom the API server has to trust for it. */
  WebhookIdentity webhooks() {
    return new WebhookIdentity(certificate.keyManager(), () -> trust.get().rootsPem());
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
