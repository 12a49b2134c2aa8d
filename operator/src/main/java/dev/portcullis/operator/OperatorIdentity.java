// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.envoy.EnvoyJson;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.cluster.OperatorCluster;
import dev.portcullis.operator.IdentityConfig.CaSource;
import dev.portcullis.operator.identity.CaStore;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.ClientCertificate;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.RenewingCertificate;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.operator.identity.ca.ClusterCa;
import dev.portcullis.operator.identity.ca.Issuer;
import dev.portcullis.operator.identity.ca.Rotation;
import dev.portcullis.operator.identity.ca.RotationTimes;
import dev.portcullis.operator.identity.ca.TrustConfigMaps;
import dev.portcullis.operator.identity.svid.SvidIssuer;
import dev.portcullis.operator.identity.svid.Svids;
import dev.portcullis.operator.inject.WebhookIdentity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The certificate authority, the operator's own certificate, and those of workloads. */
final class OperatorIdentity implements AutoCloseable {
  private static final Duration RENEWAL_LOOK = Duration.ofSeconds(5);
  private static final Duration AUTHORITY_LOOK = Duration.ofSeconds(5);
  private static final Duration AUTHORITY_PATIENCE = Duration.ofSeconds(30);

  /** Where sidecars find the ConfigMap and their token. */
  private static final Path SIDECAR_FILES = Path.of("/var/run/portcullis/identity");

  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("svids").daemon().factory());
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("authority").daemon().factory());
  private final List<Runnable> closing = new CopyOnWriteArrayList<>();
  private final Leadership leadership;
  private final CurrentTrust trust;
  private final RenewingCertificate certificate;
  private final ClientCertificate clients;
  private final Svids svids;

  /**
   * Opens the authority.
   *
   * @throws dev.portcullis.operator.identity.IdentityFileException when it cannot be used
   */
  OperatorIdentity(
      OperatorConfig config,
      KubernetesClient client,
      Leadership leadership,
      ScheduledExecutorService timer,
      MeterRegistry metrics,
      Clock clock) {
    this.leadership = leadership;
    IdentityConfig identity = config.identity();
    trust =
        switch (identity.authority()) {
          case CaSource.Directory(var directory) ->
              new CurrentTrust(Trust.in(new CaStore(directory, clock).open()));
          case CaSource.Cluster cluster -> follow(cluster, config, client, clock);
        };
    certificate = new RenewingCertificate(trust, config.xdsNames(), identity.operator(), clock);
    trust.listen(certificate::renewIfDue);
    var _ = timer.scheduleAtFixedRate(certificate::renewIfDue, 1, 1, TimeUnit.HOURS);
    clients = new ClientCertificate(trust, identity.trustDomain());
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

  private CurrentTrust follow(
      CaSource.Cluster cluster, OperatorConfig config, KubernetesClient client, Clock clock) {
    IdentityConfig identity = config.identity();
    RotationTimes times =
        new RotationTimes(
            cluster.overlap(),
            Collections.max(List.of(identity.svidLife(), RenewingCertificate.LIFE)),
            cluster.renewAfter());
    Duration look = shorter(AUTHORITY_LOOK, cluster.overlap().dividedBy(10));
    ClusterCa authority =
        new ClusterCa(
            client,
            identity.namespace(),
            cluster.given(),
            new Rotation(times, () -> Issuer.of(CertificateAuthority.create(clock))),
            leadership::leads,
            clock,
            writer,
            look);
    closing.add(authority::close);
    CurrentTrust followed = authority.await(AUTHORITY_PATIENCE);
    TrustConfigMaps maps =
        new TrustConfigMaps(
            client,
            identity.namespace(),
            () -> content(identity, config.xds().port(), followed.get()),
            leadership::leads,
            writer,
            AUTHORITY_LOOK);
    closing.add(maps::close);
    followed.listen(maps::changed);
    return followed;
  }

  private static Duration shorter(Duration one, Duration other) {
    Duration shortest = one.compareTo(other) < 0 ? one : other;
    return shortest.toMillis() < 50 ? Duration.ofMillis(50) : shortest;
  }

  /** What sidecars need to find the operator and to know it. */
  private static Map<String, String> content(IdentityConfig identity, int port, Trust trust) {
    String name = "operator." + identity.namespace() + ".svc";
    OperatorAccess access =
        new OperatorAccess(
            new HostPort(name, port),
            name,
            SIDECAR_FILES.resolve("ca.crt"),
            SIDECAR_FILES.resolve("token"));
    Map<String, String> content = new TreeMap<>();
    content.put("ca.crt", trust.rootsPem());
    OperatorCluster.secrets(access)
        .forEach((file, secret) -> content.put(file, EnvoyJson.of(secret)));
    return content;
  }

  /** Who signs now, and whose certificates are good. */
  CurrentTrust trust() {
    return trust;
  }

  RenewingCertificate certificate() {
    return certificate;
  }

  /** The roots that certificates chain to now, PEM. */
  String roots() {
    return trust.get().rootsPem();
  }

  /** Judges the certificates of those who read configuration. */
  ClientCertificate clients() {
    return clients;
  }

  Svids svids() {
    return svids;
  }

  /** What the webhooks show, and whom the API server has to trust for it. */
  WebhookIdentity webhooks() {
    return new WebhookIdentity(certificate.keyManager(), this::roots);
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
    worker.shutdownNow();
    writer.shutdownNow();
  }
}
