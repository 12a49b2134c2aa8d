// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.cli.through.DecisionLog;
import dev.portcullis.cli.through.EnvoyTarget;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.CommandResult;
import dev.portcullis.parts.Home;
import dev.portcullis.parts.RealPart;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.CaseResult;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.IssuedKey;
import dev.portcullis.suite.Suite;
import dev.portcullis.suite.SuiteReader;
import dev.portcullis.suite.SuiteRunner;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything on one machine, in the order in which a platform engineer would do it: a cluster,
 * Portcullis in it, an Envoy with an API behind it, policies applied with kubectl, and then
 * requests. Whatever it starts ends with it.
 */
public final class Quickstart implements AutoCloseable {
  private static final List<RealPart> PARTS =
      List.of(RealPart.ENVOY, RealPart.ETCD, RealPart.KUBE_APISERVER, RealPart.KUBECTL);

  private final ScratchDirectory scratch = ScratchDirectory.create("portcullis-quickstart-");
  private final ProcessGroup processes = new ProcessGroup(scratch.path());
  private final Terminal terminal;
  private final Suite suite;
  private final Fixtures fixtures;
  private @Nullable ApiServer apiServer;

  /**
   * Reads the requests that will be sent; starts nothing yet.
   *
   * @param suiteFile policies, and requests that must be decided as it says
   */
  public Quickstart(Terminal terminal, Path suiteFile) {
    this.terminal = terminal;
    this.suite = SuiteReader.read(suiteFile);
    this.fixtures = new Fixtures(suite, Clock.systemUTC());
  }

  /** What stands when everything was started. */
  public record Stage(
      ApiServer apiServer, Installation installation, ControlPlane controlPlane, Gateway gateway) {}

  /** Starts everything and returns when the policies are in force. */
  public Stage start() {
    terminal.say("Portcullis on this machine");
    terminal.begin("Envoy, etcd, kube-apiserver, kubectl");
    PARTS.forEach(RealPart::path);
    terminal.done("found");
    terminal.begin("Kubernetes API server");
    ApiServer server = ApiServer.start();
    apiServer = server;
    terminal.done(server.url());
    terminal.begin("custom resources, identities, permissions");
    Installation installation = new Installation(server, scratch);
    installation.apply();
    terminal.done("");
    terminal.begin("operator and decision service");
    ControlPlane controlPlane = ControlPlane.start(processes, scratch, installation);
    terminal.done("");
    terminal.begin("Envoy, and a small API behind it");
    Gateway gateway =
        Gateway.start(processes, scratch, installation, controlPlane, suite.services());
    terminal.done("http://127.0.0.1:" + gateway.port());
    terminal.begin("kubectl apply");
    terminal.done(applyPolicies(server) + " objects");
    terminal.begin("policies in force");
    awaitProgrammed(server);
    FirstAnswers.await(processes, gateway, suite.services().getFirst());
    terminal.done("Programmed");
    return new Stage(server, installation, controlPlane, gateway);
  }

  private int applyPolicies(ApiServer server) {
    int applied = 0;
    for (Path policies : suite.policies()) {
      // Namespaces first: Secrets and keys need them before the policies that speak of them.
      applied +=
          lines(
              server.kubectl("apply", "-f", policies.resolve("00-shop.yaml").toString()).orThrow());
      for (var secret : fixtures.secrets().entrySet()) {
        String[] name = secret.getKey().split("/", 3);
        Path file =
            scratch.write(
                "secrets/" + name[2], new String(secret.getValue(), StandardCharsets.UTF_8));
        applied +=
            lines(
                server
                    .kubectl(
                        "create",
                        "secret",
                        "generic",
                        name[1],
                        "-n",
                        name[0],
                        "--from-file=" + name[2] + "=" + file)
                    .orThrow());
      }
      for (IssuedKey key : fixtures.apiKeys()) {
        applied += lines(server.kubectlReading(key.resource(), "apply", "-f", "-").orThrow());
      }
      applied += lines(server.kubectl("apply", "-f", policies.toString()).orThrow());
    }
    return applied;
  }

  private static int lines(String output) {
    return (int) output.lines().count();
  }

  private static void awaitProgrammed(ApiServer server) {
    for (String kind : List.of("apipolicies", "ratelimitpolicies", "botpolicies")) {
      CommandResult waited =
          server.kubectl(
              "wait",
              "--for=condition=Programmed",
              "--timeout=60s",
              "--all-namespaces",
              "--all",
              kind + ".portcullis.dev");
      if (waited.exitCode() != 0) {
        throw CommandException.environment(
            "the policies are not in force after 60 s:\n" + conditions(server, kind));
      }
    }
  }

  private static String conditions(ApiServer server, String kind) {
    String each = "{.type}={.status} ({.reason}) {.message}{\"\\n\"}";
    return server
        .kubectl(
            "get",
            kind + ".portcullis.dev",
            "--all-namespaces",
            "-o",
            "jsonpath={range .items[*]}{.kind} {.metadata.name}{\"\\n\"}{range"
                + " .status.conditions[*]}  "
                + each
                + "{end}{end}")
        .output();
  }

  /** Sends the requests of the suite through Envoy. */
  public List<CaseResult> send(Stage stage) {
    InetSocketAddress envoy =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), stage.gateway().port());
    EnvoyTarget target =
        new EnvoyTarget(envoy, new DecisionLog(stage.controlPlane().decisionLog()));
    return new SuiteRunner(fixtures, target).run(suite.cases(), Case.Layer.ENVOY, _ -> {});
  }

  /** The programs that were started, for those who end one of them. */
  public ProcessGroup processes() {
    return processes;
  }

  /** The tokens and keys that the suite speaks of. */
  public Fixtures fixtures() {
    return fixtures;
  }

  /** The first program that ended by itself; null while all run. */
  public @Nullable ChildProcess firstDead() {
    return processes.firstDead();
  }

  /** Where the example suite stands. */
  public static Path exampleSuite() {
    return Home.directory().resolve("examples/quickstart/requests.yaml");
  }

  @Override
  public void close() {
    processes.close();
    if (apiServer != null) {
      apiServer.close();
    }
    scratch.close();
  }
}
