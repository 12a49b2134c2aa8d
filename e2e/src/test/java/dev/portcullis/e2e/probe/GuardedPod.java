// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.probe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.Program;
import dev.portcullis.e2e.AdminPage;
import dev.portcullis.envoy.EnvoyJson;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.SidecarBootstrap;
import dev.portcullis.envoy.cluster.OperatorCluster;
import dev.portcullis.fleet.MeshSettings;
import dev.portcullis.fleet.MovedPort;
import dev.portcullis.fleet.Names;
import dev.portcullis.operator.IdentityConfig;
import dev.portcullis.operator.IdentityConfig.CaSource;
import dev.portcullis.operator.OperatorConfig;
import dev.portcullis.operator.RunningOperator;
import dev.portcullis.operator.cluster.Scope;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import dev.portcullis.parts.Readiness;
import dev.portcullis.parts.RealPart;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * A pod in rewrite mode as far as the network can tell: its address is one of loopback's, on which
 * its sidecar listens and its application does not. All else is real: API server, operator,
 * decision service and Envoy.
 */
final class GuardedPod implements AutoCloseable {
  /** The pod's address. */
  static final String ADDRESS = "127.0.0.2";

  private static final String INSTALLATION = "portcullis-system";

  final ApiServer api;
  final int listen = freeMovedPort();
  final int app = FreePorts.next();

  /** Paths that reached the application, with the header that no client may send to it. */
  final Queue<String> reached = new ConcurrentLinkedQueue<>();

  private final Deque<Runnable> closing = new ArrayDeque<>();
  private final ScratchDirectory scratch;
  private final int xds = FreePorts.next();
  private final int checks = FreePorts.next();
  private final int operatorAdmin = FreePorts.next();
  private final int deciderAdmin = FreePorts.next();

  GuardedPod() throws IOException {
    scratch = ScratchDirectory.create("portcullis-probe-it-");
    closing.push(scratch::close);
    api = ApiServer.start();
    closing.push(api::close);
    api.applyCrds();
    api.kubectl("apply", "-f", Home.directory().resolve("charts/portcullis/install").toString())
        .orThrow();
    operator();
    decisionService();
    application("127.0.0.1");
    pod();
    sidecar();
  }

  private static int freeMovedPort() {
    return IntStream.range(Names.FIRST_MOVED_PORT, Names.FIRST_MOVED_PORT + MovedPort.MAX_PORTS)
        .filter(port -> !Answers.onPort(port))
        .findFirst()
        .orElseThrow();
  }

  private void operator() {
    Path kubeconfig =
        scratch.write("operator.kubeconfig", api.kubeconfigFor(token(INSTALLATION, "operator")));
    RunningOperator operator =
        RunningOperator.start(
            new OperatorConfig(
                kubeconfig,
                new HostPort("127.0.0.1", xds),
                List.of(ServerName.parse("127.0.0.1")),
                new HostPort("127.0.0.1", operatorAdmin),
                new IdentityConfig(
                    "cluster.local",
                    INSTALLATION,
                    new CaSource.Directory(scratch.path().resolve("state")),
                    Duration.ofHours(1)),
                new MeshSettings(
                    List.of(new HostPort("127.0.0.1", checks)),
                    new SpiffeId("cluster.local", INSTALLATION, "ext-authz")),
                new Roles(Set.of("system:serviceaccount:" + INSTALLATION + ":ext-authz"), Set.of()),
                new Scope(Set.of(), INSTALLATION),
                null,
                null));
    closing.push(operator::close);
  }

  private void decisionService() {
    Path token =
        scratch.write("ext-authz.token", token(INSTALLATION, "ext-authz", "--audience=portcullis"));
    ChildProcess decider =
        ChildProcess.start(
            "ext-authz-server",
            Program.EXT_AUTHZ_SERVER.command(
                "--listen=127.0.0.1:" + checks,
                "--admin=127.0.0.1:" + deciderAdmin,
                "--tls=required",
                "--operator=127.0.0.1:" + xds,
                "--operator-ca=" + ca(),
                "--token-file=" + token,
                "--state-dir=" + scratch.path().resolve("ext-authz"),
                "--node-id=ext-authz-0"),
            Map.of(),
            scratch.path().resolve("ext-authz.log"));
    closing.push(decider::close);
    Readiness.await(
        "the decision service",
        Duration.ofSeconds(60),
        List.of(decider),
        () -> Answers.onPort(deciderAdmin));
  }

  private Path ca() {
    return scratch.path().resolve("state/ca.crt");
  }

  /** Has the application listen there, too. */
  void application(String address) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, app), 16);
    server.createContext("/", this::answer);
    server.start();
    closing.push(() -> server.stop(0));
  }

  private void answer(HttpExchange exchange) throws IOException {
    reached.add(
        exchange.getRequestURI().getPath()
            + " "
            + exchange.getRequestHeaders().getOrDefault("x-portcullis-probe", List.of()));
    try (exchange) {
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void pod() {
    api.kubectl("create", "namespace", "shop").orThrow();
    api.kubectl("label", "namespace", "shop", "portcullis.dev/inject=enabled").orThrow();
    api.kubectl("-n", "shop", "create", "serviceaccount", "orders").orThrow();
    apply(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: orders, namespace: shop}
        spec:
          selector: {app: orders}
          ports: [{name: http, port: 80, targetPort: http}]
        """);
    // What the webhook would write; nobody serves it here.
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: orders-1
          namespace: shop
          labels: {app: orders, portcullis.dev/inject: disabled, portcullis.dev/sidecar: rewrite}
          annotations:
            portcullis.dev/ports: '[{"name":"http","app":%d,"listen":%d}]'
        spec:
          serviceAccountName: orders
          automountServiceAccountToken: false
          terminationGracePeriodSeconds: 0
          containers: [{name: app, image: app}]
        """
            .formatted(app, listen));
    running("orders-1", ADDRESS);
  }

  /** Says of a pod what a kubelet would. */
  void running(String pod, String address) {
    api.kubectl(
            "-n",
            "shop",
            "patch",
            "pod",
            pod,
            "--subresource=status",
            "--type=merge",
            "-p",
            "{\"status\":{\"phase\":\"Running\",\"podIP\":\"%1$s\",\"podIPs\":[{\"ip\":\"%1$s\"}]}}"
                .formatted(address))
        .orThrow();
  }

  private void sidecar() throws IOException {
    String token =
        token(
            "shop",
            "orders",
            "--audience=portcullis",
            "--bound-object-kind=Pod",
            "--bound-object-name=orders-1");
    Path identity = scratch.path().resolve("identity");
    Path tokenFile = scratch.write("identity/token", token);
    OperatorAccess access =
        new OperatorAccess(new HostPort("127.0.0.1", xds), "127.0.0.1", ca(), tokenFile);
    OperatorCluster.secrets(access)
        .forEach((file, secret) -> scratch.write("identity/" + file, EnvoyJson.of(secret)));
    String bootstrap =
        new SidecarBootstrap(
                "shop/orders-1",
                access,
                identity,
                scratch.path(),
                "a-drain-path-of-the-test",
                List.of(),
                1L << 28)
            .json()
            .replace(
                String.valueOf(SidecarBootstrap.HEALTH_PORT), String.valueOf(FreePorts.next()));
    ChildProcess envoy =
        ChildProcess.start(
            "envoy",
            List.of(
                RealPart.ENVOY.path().toString(),
                "--config-yaml",
                bootstrap,
                "--disable-hot-restart",
                "--log-level",
                "warning",
                "--concurrency",
                "1"),
            Map.of(),
            scratch.path().resolve("envoy.log"));
    closing.push(envoy::close);
  }

  private String token(String namespace, String account, String... flags) {
    String[] command = new String[5 + flags.length];
    System.arraycopy(new String[] {"-n", namespace, "create", "token", account}, 0, command, 0, 5);
    System.arraycopy(flags, 0, command, 5, flags.length);
    return api.kubectl(command).orThrow().strip();
  }

  void apply(String yaml) {
    api.kubectlReading(yaml, "apply", "-f", "-").orThrow();
  }

  /** The text of the decision service's metrics. */
  String decisionMetrics() {
    return AdminPage.metrics(deciderAdmin).text();
  }

  String operatorMetrics() {
    return AdminPage.metrics(operatorAdmin).text();
  }

  /** {@code status/reason: message} of a condition; empty while there is none. */
  String condition(String type) {
    return api.kubectl(
            "-n",
            "shop",
            "get",
            "apipol",
            "orders",
            "-o",
            "jsonpath={range .status.conditions[?(@.type==\""
                + type
                + "\")]}{.status}/{.reason}: {.message}{end}")
        .orThrow();
  }

  @Override
  public void close() {
    while (!closing.isEmpty()) {
      closing.pop().run();
    }
  }
}
