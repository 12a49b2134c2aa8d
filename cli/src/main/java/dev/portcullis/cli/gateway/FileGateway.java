// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.EnvoyProcess;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.compiler.KnownTrust;
import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.cluster.ExtAuthzCluster;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RealPart;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.policy.plan.RouteId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The compiler, the decision service and Envoy on files: what a cluster runs, without one. */
public final class FileGateway implements AutoCloseable {
  private static final long LOOK_AGAIN_MILLIS = 250;
  private static final long SETTLED_MILLIS = 50;

  private final ScratchDirectory scratch = ScratchDirectory.create("portcullis-gateway-");
  private final ProcessGroup processes = new ProcessGroup(scratch.path());
  private final GatewayOptions options;
  private final GatewayPolicies policies;
  private final Terminal terminal;
  private final Report report;

  /** Starts nothing yet. */
  public FileGateway(GatewayOptions options, Terminal terminal) {
    this.options = options;
    GatewayTls tls = options.tls();
    this.policies =
        new GatewayPolicies(
            options.policies(),
            options.services(),
            tls == null || tls.clients() == null
                ? new KnownTrust.NoTls()
                : new KnownTrust.Unknown());
    this.terminal = terminal;
    this.report = new Report(terminal);
  }

  /**
   * Guards until it is interrupted or one of its programs ends.
   *
   * @throws CommandException when a policy has an error at the start, a port is taken, or a program
   *     ends
   */
  public void run() throws InterruptedException {
    GatewayFiles files = startGuarding();
    GatewayTls tls = options.tls();
    terminal.say(
        "Guarding on "
            + (tls == null ? "http" : "https")
            + "://"
            + options.listen()
            + " — Ctrl-C ends it.");
    if (tls != null && tls.clients() != null) {
      terminal.say(
          tls.hasRevoked()
              ? "Clients' certificates are checked against ca.crl."
              : "There is no ca.crl: revoked certificates are not known.");
    }
    follow(files);
  }

  /** Starts everything with the policies as they stand; returns when clients can connect. */
  public GatewayFiles startGuarding() {
    GatewayPolicies.Reading first = policies.read().orElseThrow();
    report.say(first.diagnostics());
    if (first.hasError()) {
      throw CommandException.user("the policies have errors; nothing was started");
    }
    requireFree("--listen", options.listen());
    if (options.decisions().admin() != null) {
      requireFree("--admin", options.decisions().admin());
    }
    if (options.decisions().revocations() != null) {
      requireFree("--revocation-listen", options.decisions().revocations().listen());
    }
    int check = FreePorts.next();
    GatewayFiles files = files(check);
    write(files, first);
    start(check);
    unguarded(first);
    return files;
  }

  private GatewayFiles files(int check) {
    GatewayTls tls = options.tls();
    GatewaySpec spec =
        new GatewaySpec(
            options.listen(),
            List.of(new HostPort("127.0.0.1", check)),
            options.services().stream().map(GuardedService::upstream).toList(),
            null,
            tls == null ? null : tls.certificate(scratch.path()),
            tls == null ? null : tls.authorities(scratch.path()));
    return new GatewayFiles(planDirectory(), envoyDirectory(), spec);
  }

  private void start(int check) {
    HostPort admin =
        Objects.requireNonNullElseGet(
            options.decisions().admin(), () -> new HostPort("127.0.0.1", FreePorts.next()));
    // Nothing is started that would end again for want of Envoy.
    RealPart.ENVOY.path();
    terminal.begin("decision service");
    startDecisionService(check, admin);
    terminal.done("");
    terminal.begin("Envoy");
    int envoyAdmin = FreePorts.next();
    ProxyNode node =
        new ProxyNode(
            "gateway",
            "portcullis",
            new HostPort("127.0.0.1", envoyAdmin),
            ProxyNode.DEFAULT_HEAP_BYTES);
    ChildProcess envoy =
        EnvoyProcess.start(processes, EnvoyBootstrap.forFiles(node, envoyDirectory()), envoyAdmin);
    processes.await("Envoy's listener", envoy, () -> guards(envoyAdmin));
    terminal.done("");
  }

  private void startDecisionService(int check, HostPort admin) {
    String name = "ext-authz-server";
    List<String> flags = new ArrayList<>();
    flags.add("--listen=127.0.0.1:" + check);
    flags.add("--admin=" + admin);
    flags.add("--plan-dir=" + planDirectory());
    flags.addAll(options.decisions().flags());
    List<String> command = Program.EXT_AUTHZ_SERVER.command(flags.toArray(String[]::new));
    if (options.decisions().decisionLog().equals("-")) {
      processes.startPrinting(name, command, () -> Answers.ready(admin));
    } else {
      processes.start(name, command, () -> Answers.ready(admin));
    }
  }

  /** Whether clients can connect and Envoy has found the decision service: earlier it says 503. */
  private boolean guards(int envoyAdmin) throws InterruptedException {
    return Answers.on(options.listen()) && Answers.healthy(envoyAdmin, ExtAuthzCluster.NAME);
  }

  private void follow(GatewayFiles files) throws InterruptedException {
    while (true) {
      Thread.sleep(policies.unsettled() ? SETTLED_MILLIS : LOOK_AGAIN_MILLIS);
      ChildProcess dead = processes.firstDead();
      if (dead != null) {
        throw ProcessGroup.ended(dead);
      }
      Optional<GatewayPolicies.Reading> changed = policies.read();
      if (changed.isPresent()) {
        GatewayPolicies.Reading reading = changed.get();
        report.say(reading.diagnostics());
        write(files, reading);
        terminal.say(
            reading.hasError()
                ? "Policies changed; what has an error keeps its last good version."
                : "Policies changed and are in force.");
        unguarded(reading);
      }
    }
  }

  private void unguarded(GatewayPolicies.Reading reading) {
    for (GuardedService service : options.services()) {
      RouteId route = service.upstream().serviceRoute();
      if (!reading.result().routes().containsKey(route)
          && !reading.result().routes().containsKey(service.upstream().sectionRoute())) {
        terminal.say("No policy speaks for " + service.name() + ": it stays closed (503).");
      }
    }
  }

  private static void write(GatewayFiles files, GatewayPolicies.Reading reading) {
    try {
      files.write(reading.result());
    } catch (IOException e) {
      throw CommandException.environment("cannot write the compiled policies: " + e.getMessage());
    }
  }

  private static void requireFree(String option, HostPort listen) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(listen.host()), listen.port()));
    } catch (IOException e) {
      throw CommandException.environment(
          "cannot listen on "
              + listen
              + " ("
              + e.getMessage()
              + "): choose another "
              + option
              + ", or end what listens there");
    }
  }

  private Path planDirectory() {
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
