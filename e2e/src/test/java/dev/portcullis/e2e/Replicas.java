// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.cli.gateway.GatewayFiles;
import dev.portcullis.cli.gateway.GatewayPolicies;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.EnvoyProcess;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.compiler.KnownTrust;
import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.cluster.ExtAuthzCluster;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Decision services on one plan, each a process of its own, and an Envoy that asks them, if one is
 * wanted: what {@code portcullis gateway} runs, with more than one to ask.
 */
public final class Replicas implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ScratchDirectory scratch = ScratchDirectory.create("portcullis-replicas-");
  private final ProcessGroup processes = new ProcessGroup(scratch.path());
  private final List<Replica> all = new ArrayList<>();
  private final HostPort listen = new HostPort("127.0.0.1", FreePorts.next());
  private final int envoyAdmin = FreePorts.next();

  /** One of them. */
  public record Replica(ChildProcess process, int port, int admin) {

    /** What a metric without labels says. */
    public double metric(String name) {
      return AdminPage.metrics(admin).number(name + " ");
    }
  }

  private Replicas() {}

  /**
   * Starts them at once, and waits until each is ready.
   *
   * @param services such as {@code shop/orders=127.0.0.1:9000}
   * @param flags for each decision service
   */
  public static Replicas start(int number, String policies, List<String> services, String... flags)
      throws Exception {
    Replicas started = new Replicas();
    try {
      started.run(number, policies, services, List.of(flags));
      return started;
    } catch (Exception | AssertionError e) {
      started.close();
      throw e;
    }
  }

  private void run(int number, String policies, List<String> services, List<String> flags)
      throws Exception {
    List<GuardedService> guarded = services.stream().map(GuardedService::parse).toList();
    List<HostPort> checks = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      checks.add(new HostPort("127.0.0.1", FreePorts.next()));
    }
    GatewayPolicies.Reading read =
        new GatewayPolicies(
                List.of(scratch.write("policies.yaml", policies)), guarded, new KnownTrust.NoTls())
            .read()
            .orElseThrow();
    assertThat(read.diagnostics()).isEmpty();
    new GatewayFiles(
            plan(),
            envoyDirectory(),
            new GatewaySpec(
                listen, checks, guarded.stream().map(GuardedService::upstream).toList()))
        .write(read.result());
    List<Callable<Replica>> starts = new ArrayList<>();
    for (HostPort check : checks) {
      starts.add(() -> startOne("ext-authz-server-" + checks.indexOf(check), check.port(), flags));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Replica> each : threads.invokeAll(starts)) {
        all.add(each.get());
      }
    }
  }

  private Replica startOne(String name, int port, List<String> flags) {
    int admin = FreePorts.next();
    List<String> arguments = new ArrayList<>(flags);
    arguments.addAll(
        List.of(
            "--listen=127.0.0.1:" + port,
            "--admin=127.0.0.1:" + admin,
            "--plan-dir=" + plan(),
            "--decision-log=none"));
    List<String> command = Program.EXT_AUTHZ_SERVER.command(arguments.toArray(String[]::new));
    command.add(1, "-Xmx256m");
    return new Replica(processes.start(name, command, () -> Answers.ready(admin)), port, admin);
  }

  /** Starts an Envoy and waits until it asks all of them; where clients reach it. */
  public URI guard() {
    ProxyNode node =
        new ProxyNode(
            "gateway",
            "portcullis",
            new HostPort("127.0.0.1", envoyAdmin),
            ProxyNode.DEFAULT_HEAP_BYTES);
    ChildProcess envoy =
        EnvoyProcess.start(processes, EnvoyBootstrap.forFiles(node, envoyDirectory()), envoyAdmin);
    processes.await("Envoy's listener", envoy, () -> Answers.on(listen));
    await().atMost(PATIENCE).until(() -> asked("membership_healthy") == all.size());
    return URI.create("http://" + listen);
  }

  /** What Envoy counts of the decision services, by the name of its statistic of a cluster. */
  public double asked(String statistic) {
    String name = "cluster." + ExtAuthzCluster.NAME + "." + statistic;
    return AdminPage.statistics(envoyAdmin, name).number(name + ": ");
  }

  /** Waits until each knows of the others, by the store. */
  public void awaitEachOther() {
    await()
        .atMost(PATIENCE)
        .until(() ->
            all.stream()
                .allMatch(each -> each.metric("portcullis_limiter_replicas") == all.size()));
  }

  /** In the order in which they were started. */
  public List<Replica> all() {
    return List.copyOf(all);
  }

  /** The sum of what they say of a metric without labels. */
  public static double sum(List<Replica> replicas, String metric) {
    return replicas.stream().mapToDouble(each -> each.metric(metric)).sum();
  }

  private Path plan() {
    return scratch.path().resolve("plan");
  }

  private Path envoyDirectory() {
    return scratch.path().resolve("envoy");
  }

  @Override
  public void close() {
    processes.close();
    scratch.close();
  }
}
