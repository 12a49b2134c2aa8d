// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.XdsSource;
import dev.portcullis.operator.admin.AdminServer;
import dev.portcullis.operator.cluster.ClosingPolicies;
import dev.portcullis.operator.cluster.ClusterSnapshot;
import dev.portcullis.operator.cluster.ClusterWatch;
import dev.portcullis.operator.cluster.Preflight;
import dev.portcullis.operator.identity.CachedTokens;
import dev.portcullis.operator.identity.TokenReviews;
import dev.portcullis.operator.inject.Admission;
import dev.portcullis.operator.inject.CaBundles;
import dev.portcullis.operator.inject.NamespaceReader;
import dev.portcullis.operator.inject.PodAdmission;
import dev.portcullis.operator.inject.PolicyAdmission;
import dev.portcullis.operator.inject.WebhookIdentity;
import dev.portcullis.operator.inject.WebhookServer;
import dev.portcullis.operator.inject.WebhookSettings;
import dev.portcullis.operator.inject.pod.InjectionSettings;
import dev.portcullis.operator.leader.LeaseLeadership;
import dev.portcullis.operator.peers.NodeReports;
import dev.portcullis.operator.peers.PeerAccess;
import dev.portcullis.operator.peers.PeerPods;
import dev.portcullis.operator.peers.Peers;
import dev.portcullis.operator.probe.GateProbe;
import dev.portcullis.operator.probe.ProbeIdentity;
import dev.portcullis.operator.probe.ProbeKeys;
import dev.portcullis.operator.probe.Prober;
import dev.portcullis.operator.rollout.PolicyWorker;
import dev.portcullis.operator.rollout.Rollout;
import dev.portcullis.operator.rollout.Signals;
import dev.portcullis.operator.status.EventWriter;
import dev.portcullis.operator.status.StatusReporter;
import dev.portcullis.operator.status.StatusWriter;
import dev.portcullis.operator.status.UnprotectedReporter;
import dev.portcullis.operator.xds.DeltaDiscovery;
import dev.portcullis.operator.xds.Elsewhere;
import dev.portcullis.operator.xds.NodeDirectory;
import dev.portcullis.operator.xds.NodeEvents;
import dev.portcullis.operator.xds.XdsLimits;
import dev.portcullis.operator.xds.XdsServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of an operator, wired and started; closing it stops them in the reverse order. */
public final class RunningOperator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningOperator.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /**
   * Starts an operator; returns when every informer has synced and xDS is served.
   *
   * @throws StartException when an address is taken
   * @throws dev.portcullis.operator.cluster.ClusterException when the cluster is not as it must be
   * @throws dev.portcullis.operator.identity.IdentityFileException when the CA cannot be used
   */
  public static RunningOperator start(OperatorConfig config) {
    RunningOperator operator = new RunningOperator();
    try {
      operator.wire(config);
      return operator;
    } catch (RuntimeException e) {
      operator.close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  private void wire(OperatorConfig config) {
    Clock clock = Clock.systemUTC();
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    parts.push(metrics::close);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(daemon("timer"));
    parts.push(timer::shutdownNow);
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    KubernetesClient client = part(KubernetesAccess.client(config.kubeconfig()));
    Preflight.check(client);
    @Nullable LeaseLeadership lease = lease(config, metrics, clock);
    Leadership leadership = lease == null ? Leadership.ALONE : lease;
    OperatorIdentity identity =
        part(new OperatorIdentity(config, client, leadership, timer, metrics, clock));
    Signals signals = new Signals();
    @Nullable Peers peers = peers(config, client, identity, signals, calls, clock, metrics);
    NodeDirectory directory =
        new NodeDirectory(
            NodeEvents.both(signals, identity.svids()),
            peers == null ? Elsewhere.NOWHERE : peers,
            clock);
    ClusterWatch watch =
        part(
            new ClusterWatch(
                client, config.scope(), signals::inputsChanged, signals::accessWithdrawn));
    EventWriter events = new EventWriter(client, clock);
    StatusWriter writer =
        part(new StatusWriter(client, watch.revisions(), events, leadership, metrics));
    ClosingPolicies closing = part(new ClosingPolicies(client, leadership::leads));
    ProbeKeys probeKeys = new ProbeKeys(identity.trust());
    identity.trust().listen(signals::inputsChanged);
    ProbeIdentity prover = new ProbeIdentity(identity.trust(), config.identity().operator(), clock);
    Prober prober =
        part(
            new Prober(
                new GateProbe(probeKeys, prover, timer, clock),
                signals::nodesChanged,
                timer,
                metrics));
    UnprotectedReporter unprotected =
        new UnprotectedReporter(
            (about, reason, message) -> calls.execute(() -> events.warn(about, reason, message)),
            clock,
            metrics);
    PolicyWorker worker =
        part(
            new PolicyWorker(
                signals,
                served -> ClusterSnapshot.read(watch, config.identity().trustDomain(), served),
                new Rollout(
                    directory, new EnvoyTranslator(new XdsSource.Ads()), probeKeys::keys, clock),
                config.mesh(),
                reporter(
                    new StatusReporter(writer, prober, unprotected, leadership, clock), closing),
                metrics));
    worker.start();
    XdsServer xds =
        part(
            new XdsServer(
                address(config.xds()),
                identity.certificate().keyManager(),
                identity.clients(),
                new CachedTokens(new TokenReviews(client), Ticker.systemTicker()),
                new DeltaDiscovery(
                    config.roles(), directory, XdsLimits.DEFAULT, metrics, calls, timer),
                calls));
    listen("--xds-listen", config.xds(), xds::start);
    listen(
        "--admin",
        config.admin(),
        () ->
            part(
                new AdminServer(address(config.admin()), watch::watching, worker::ready, metrics)));
    if (config.webhooks() != null) {
      webhooks(config.webhooks(), client, identity.webhooks(), worker, leadership, metrics);
    }
    if (lease != null) {
      // The last to start, since it must be able to lead; the first to stop.
      lease.listen(writer::forget);
      lease.listen(signals::inputsChanged);
      lease.campaign();
      part(lease);
    }
    if (config.replica() != null && peers != null) {
      part(new NodeReports(config.replica().name(), directory, calls, timer));
      peers.start();
    }
    LOG.atInfo()
        .addKeyValue("xds", config.xds())
        .addKeyValue("admin", config.admin())
        .log("operator serves");
  }

  private static PolicyWorker.Reporter reporter(
      PolicyWorker.Reporter statuses, ClosingPolicies closing) {
    return (snapshot, result, fleet, progress) -> {
      closing.want(snapshot.fleet().closedPorts(result));
      statuses.report(snapshot, result, fleet, progress);
    };
  }

  private @Nullable Peers peers(
      OperatorConfig config,
      KubernetesClient client,
      OperatorIdentity identity,
      Signals signals,
      ExecutorService calls,
      Clock clock,
      MeterRegistry metrics) {
    ReplicaConfig replica = config.replica();
    if (replica == null || replica.peers() == null) {
      return null;
    }
    PeerPods pods =
        part(
            new PeerPods(
                client,
                config.identity().namespace(),
                replica.peers(),
                replica.name(),
                config.xds().port()));
    PeerAccess access =
        new PeerAccess(
            replica.name(), identity::roots, config.xdsNames().getFirst().text(), replica.token());
    return part(new Peers(pods, access, signals::nodesChanged, calls, clock, metrics));
  }

  private @Nullable LeaseLeadership lease(
      OperatorConfig config, MeterRegistry metrics, Clock clock) {
    ReplicaConfig replica = config.replica();
    return replica == null
        ? null
        : new LeaseLeadership(
            part(KubernetesAccess.impatientClient(config.kubeconfig())),
            config.identity().namespace(),
            replica.name(),
            replica.lease(),
            clock,
            metrics);
  }

  private void webhooks(
      WebhookSettings settings,
      KubernetesClient client,
      WebhookIdentity identity,
      PolicyWorker worker,
      Leadership leadership,
      MeterRegistry metrics) {
    Map<String, Admission> admissions =
        Map.of(
            "/inject",
            new PodAdmission(settings.revisions(), NamespaceReader.of(client)),
            "/validate",
            new PolicyAdmission(
                worker::latest, client.getKubernetesSerialization(), Clock.systemUTC()));
    listen(
        "--webhook-listen",
        settings.listen(),
        () -> part(new WebhookServer(address(settings.listen()), identity, admissions, metrics)));
    part(new CaBundles(client, identity.roots(), leadership));
    LOG.atInfo()
        .addKeyValue("webhooks", settings.listen())
        .addKeyValue(
            "revisions", settings.revisions().stream().map(InjectionSettings::revision).toList())
        .log("operator admits");
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().name(name).daemon().factory();
  }

  private static InetSocketAddress address(HostPort address) {
    return new InetSocketAddress(address.host(), address.port());
  }

  private interface Listening {
    void start() throws IOException;
  }

  private static void listen(String flag, HostPort address, Listening listening) {
    try {
      listening.start();
    } catch (IOException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      throw new StartException(
          "cannot listen on " + address + " (" + root.getMessage() + "): choose another " + flag,
          e);
    }
  }

  /** Stops within a few seconds. Nodes keep what they hold and look for an operator. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("a part did not stop cleanly");
      }
    }
  }
}
