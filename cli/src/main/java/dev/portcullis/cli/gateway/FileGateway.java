// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.EnvoyProcess;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.policy.plan.RouteId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The compiler, the decision service and Envoy on files: what a cluster runs, without one. */
public final class FileGateway implements AutoCloseable {
  private static final long LOOK_AGAIN_MILLIS = 250;

  private final ScratchDirectory scratch = ScratchDirectory.create("portcullis-gateway-");
  private final ProcessGroup processes = new ProcessGroup(scratch.path());
  private final GatewayOptions options;
  private final GatewayPolicies policies;
  private final Terminal terminal;

  /** Starts nothing yet. */
  public FileGateway(GatewayOptions options, Terminal terminal) {
    this.options = options;
    this.policies = new GatewayPolicies(options.policies(), options.services());
    this.terminal = terminal;
  }

  /**
   * Guards until it is interrupted or one of its programs ends.
   *
   * @throws CommandException when a policy has an error at the start, a port is taken, or a program
   *     ends
   */
  public void run() throws InterruptedException {
    GatewayFiles files = startGuarding();
    terminal.say("Guarding on http://" + options.listen() + " — Ctrl-C ends it.");
    follow(files);
  }

  /** Starts everything with the policies as they stand; returns when clients can connect. */
  public GatewayFiles startGuarding() throws InterruptedException {
    GatewayPolicies.Reading first = policies.read().orElseThrow();
    report(first.diagnostics());
    if (first.hasError()) {
      throw CommandException.user("the policies have errors; nothing was started");
    }
    requireFree(options.listen());
    int check = FreePorts.next();
    GatewayFiles files = files(check);
    write(files, first);
    start(check);
    unguarded(first);
    return files;
  }

  private GatewayFiles files(int check) {
    GatewaySpec spec =
        new GatewaySpec(
            options.listen(),
            List.of(new HostPort("127.0.0.1", check)),
            options.services().stream().map(GuardedService::upstream).toList());
    return new GatewayFiles(planDirectory(), envoyDirectory(), spec);
  }

  private void start(int check) throws InterruptedException {
    int admin = options.admin() == null ? FreePorts.next() : options.admin().port();
    terminal.begin("decision service");
    processes.start(
        "ext-authz-server",
        Program.EXT_AUTHZ_SERVER.command(
            "--listen=127.0.0.1:" + check,
            "--admin="
                + (options.admin() == null ? "127.0.0.1:" + admin : options.admin().toString()),
            "--plan-dir=" + planDirectory(),
            "--decision-log=" + options.decisionLog()),
        () -> Answers.ready(admin));
    terminal.done("");
    terminal.begin("Envoy");
    int envoyAdmin = FreePorts.next();
    ProxyNode node =
        new ProxyNode(
            "gateway",
            "portcullis",
            new HostPort("127.0.0.1", envoyAdmin),
            ProxyNode.DEFAULT_HEAP_BYTES);
    EnvoyProcess.start(processes, EnvoyBootstrap.forFiles(node, envoyDirectory()), envoyAdmin);
    while (!Answers.onPort(options.listen().port())) {
      Thread.sleep(20);
    }
    terminal.done("");
  }

  private void follow(GatewayFiles files) throws InterruptedException {
    while (true) {
      Thread.sleep(LOOK_AGAIN_MILLIS);
      ChildProcess dead = processes.firstDead();
      if (dead != null) {
        throw CommandException.environment("a program has ended by itself:\n" + dead.logTail());
      }
      Optional<GatewayPolicies.Reading> changed = policies.read();
      if (changed.isPresent()) {
        GatewayPolicies.Reading reading = changed.get();
        report(reading.diagnostics());
        write(files, reading);
        terminal.say(
            reading.hasError()
                ? "Policies changed; what has an error keeps its last good version."
                : "Policies changed and are in force.");
        unguarded(reading);
      }
    }
  }

  private void report(List<Diagnostic> diagnostics) {
    DiagnosticText.plain(diagnostics).lines().forEach(terminal::say);
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

  private static void requireFree(HostPort listen) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(listen.host()), listen.port()));
    } catch (IOException e) {
      throw CommandException.environment(
          "cannot listen on "
              + listen
              + " ("
              + e.getMessage()
              + "): choose another --listen, or end what listens there");
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
