// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.EnvoyProcess;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.cli.quickstart.Installation;
import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyJson;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CertificateAuthority.Issued;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A gateway at the edge, and behind it a pod with a sidecar: an API server, the operator, a
 * decision service that demands mutual TLS, and two Envoys that nobody but the operator configures.
 */
final class EdgeAndPod implements AutoCloseable {
  /** Who the gateway proves to be. */
  static final String GATEWAY =
      new SpiffeId("cluster.local", Installation.NAMESPACE, "gateway").toString();

  private static final int PATIENCE_MILLIS = 60_000;

  private final ScratchDirectory scratch = ScratchDirectory.create("portcullis-edge-it-");
  private final ProcessGroup processes = new ProcessGroup(scratch.path());
  private final CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
  private final int operatorPort = FreePorts.next();
  private final int checkPort = FreePorts.next();
  private final int checkAdmin = FreePorts.next();
  private final int gatewayPort = FreePorts.next();
  private final Map<String, Integer> sidecarPorts = new HashMap<>();
  private final List<Exposed> services;
  private final ApiServer api;
  private final SSLContext tls;

  /**
   * A Service of the namespace {@code shop}.
   *
   * @param name its own and that of its port, of at most 15 characters
   * @param port where the application listens
   */
  record Exposed(String name, int port) {
    /** The name under which clients know it. */
    String host() {
      return name + ".example.org";
    }
  }

  private EdgeAndPod(List<Exposed> services) throws GeneralSecurityException, IOException {
    this.services = services;
    Iterator<Integer> moved = movedPorts(services.size()).iterator();
    services.forEach(service -> sidecarPorts.put(service.name(), moved.next()));
    this.tls = trusting(authority);
    this.api = ApiServer.start();
  }

  /**
   * Starts everything.
   *
   * @param services what the pod offers, all guarded by its sidecar
   * @param policies what is applied beside them
   * @param options more for the decision service
   */
  static EdgeAndPod start(List<Exposed> services, String policies, String... options)
      throws Exception {
    EdgeAndPod started = new EdgeAndPod(services);
    try {
      started.run(policies, List.of(options));
      return started;
    } catch (Exception | AssertionError e) {
      started.close();
      throw e;
    }
  }

  private void run(String policies, List<String> options) throws Exception {
    Installation installation = new Installation(api, scratch);
    installation.apply();
    shop(policies);
    Path ca = controlPlane(installation, options);
    String podToken =
        api.kubectl(
                "-n",
                "shop",
                "create",
                "token",
                "pod",
                "--audience=portcullis",
                "--bound-object-kind=Pod",
                "--bound-object-name=pod-1")
            .orThrow()
            .strip();
    Path certificate = certificate();
    envoy("pod-1", ca, scratch.write("tokens/pod", podToken), certificate);
    envoy("gateway-1", ca, installation.token("gateway"), certificate);
  }

  /** The Services, and the pod behind them whose sidecar took their ports over. */
  private void shop(String policies) {
    String ports =
        services.stream()
            .map(service ->
                "{\"name\":\"%s\",\"app\":%d,\"listen\":%d}"
                    .formatted(service.name(), service.port(), sidecarPort(service)))
            .collect(Collectors.joining(",", "[", "]"));
    StringBuilder manifests =
        new StringBuilder(
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {portcullis.dev/inject: enabled}}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: pod, namespace: shop}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: pod-1
              namespace: shop
              labels: {app: shop, portcullis.dev/inject: disabled, portcullis.dev/sidecar: rewrite}
              annotations:
                portcullis.dev/ports: '%s'
            spec:
              serviceAccountName: pod
              automountServiceAccountToken: false
              terminationGracePeriodSeconds: 0
              containers: [{name: app, image: app}]
            """
                .formatted(ports));
    for (Exposed service : services) {
      manifests.append(
          """
          ---
          apiVersion: v1
          kind: Service
          metadata: {name: %1$s, namespace: shop}
          spec:
            selector: {app: shop}
            ports: [{name: http, port: %2$d, targetPort: %1$s, appProtocol: http}]
          """
              .formatted(service.name(), sidecarPort(service)));
    }
    api.kubectlReading(manifests.append("---\n").append(policies).toString(), "apply", "-f", "-")
        .orThrow();
    api.kubectl(
            "-n",
            "shop",
            "patch",
            "pod",
            "pod-1",
            "--subresource=status",
            "--type=merge",
            "-p",
            "{\"status\":{\"phase\":\"Running\",\"podIP\":\"127.0.0.1\","
                + "\"podIPs\":[{\"ip\":\"127.0.0.1\"}]}}")
        .orThrow();
  }

  /** The operator and a decision service that answers nobody without a certificate. */
  private Path controlPlane(Installation installation, List<String> options) {
    int admin = FreePorts.next();
    Path state = scratch.path().resolve("operator");
    processes.start(
        "operator",
        Program.OPERATOR.command(
            "--kubeconfig=" + installation.operatorKubeconfig(),
            "--xds-listen=127.0.0.1:" + operatorPort,
            "--admin=127.0.0.1:" + admin,
            "--state-dir=" + state,
            "--namespace=" + Installation.NAMESPACE,
            "--ext-authz-address=127.0.0.1:" + checkPort,
            "--ext-authz-identity=" + Installation.identity("ext-authz"),
            "--gateway-identity=" + Installation.identity("gateway")),
        () -> Answers.ready(admin));
    Path ca = state.resolve("ca.crt");
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(
        List.of(
            "--listen=127.0.0.1:" + checkPort,
            "--admin=127.0.0.1:" + checkAdmin,
            "--tls=required",
            "--gateway-identity=" + GATEWAY,
            "--operator=127.0.0.1:" + operatorPort,
            "--operator-ca=" + ca,
            "--token-file=" + installation.token("ext-authz"),
            "--state-dir=" + scratch.path().resolve("ext-authz"),
            "--node-id=ext-authz-0",
            "--decision-log=" + decisionLog()));
    processes.start(
        "ext-authz-server",
        Program.EXT_AUTHZ_SERVER.command(arguments.toArray(String[]::new)),
        () -> Answers.ready(checkAdmin));
    return ca;
  }

  /** What a sidecar says of itself is not asked, so both say the same. */
  private void envoy(String name, Path ca, Path token, Path certificate) {
    GatewaySpec spec =
        new GatewaySpec(
            loopback(gatewayPort),
            List.of(loopback(checkPort)),
            services.stream()
                .map(service ->
                    new Upstream(
                        "shop",
                        service.name(),
                        null,
                        loopback(sidecarPort(service)),
                        Upstream.Protocol.HTTP1,
                        List.of(service.host())))
                .toList(),
            new SpiffeId("cluster.local", Installation.NAMESPACE, "ext-authz"),
            certificate);
    int admin = FreePorts.next();
    EnvoyProcess.start(
        processes,
        EnvoyBootstrap.forOperator(
            new ProxyNode(name, "it", loopback(admin), ProxyNode.DEFAULT_HEAP_BYTES),
            spec,
            new OperatorAccess(loopback(operatorPort), "127.0.0.1", ca, token),
            scratch.path().resolve(name)),
        admin);
  }

  private Path certificate() throws IOException {
    Issued issued =
        authority.issueServer(
            services.stream().map(service -> ServerName.parse(service.host())).toList(),
            Duration.ofHours(1),
            Clock.systemUTC());
    Path mounted = Files.createDirectory(scratch.path().resolve("mounted"));
    Files.writeString(mounted.resolve("tls.crt"), Pem.of(issued.chain()));
    Files.writeString(mounted.resolve("tls.key"), Pem.of(issued.key()));
    return scratch.write("certificate.json", EnvoyJson.of(MountedCertificate.file(mounted)));
  }

  private static SSLContext trusting(CertificateAuthority authority)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("root", authority.certificate());
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** A GET through the gateway; the whole answer. */
  String get(Exposed service, String path, String headers) throws IOException {
    try (Socket plain = connect(gatewayPort);
        Socket socket =
            tls.getSocketFactory().createSocket(plain, service.host(), gatewayPort, true)) {
      return exchange(socket, service.host(), path, headers);
    }
  }

  /** A GET to the pod, without TLS. */
  String past(Exposed service, String path) throws IOException {
    try (Socket socket = connect(sidecarPort(service))) {
      return exchange(socket, service.name() + ".shop", path, "");
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static String exchange(Socket socket, String host, String path, String headers)
      throws IOException {
    String request =
        "GET %s HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n%s\r\n".formatted(path, host, headers);
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /** Where the decision service writes what it decides. */
  Path decisionLog() {
    return scratch.path().resolve("decisions.jsonl");
  }

  /** A metric of the decision service, by its name and labels as they are written. */
  double metric(String name) {
    return AdminPage.metrics(checkAdmin).number(name + " ");
  }

  private int sidecarPort(Exposed service) {
    return Objects.requireNonNull(sidecarPorts.get(service.name()));
  }

  /** Where the webhook moves ports to; others are not taken. */
  private static List<Integer> movedPorts(int number) {
    List<Integer> free =
        IntStream.range(20_000, 20_064).filter(EdgeAndPod::isFree).limit(number).boxed().toList();
    if (free.size() < number) {
      throw new IllegalStateException("no " + number + " ports from 20000 to 20063 are free");
    }
    return free;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static HostPort loopback(int port) {
    return new HostPort("127.0.0.1", port);
  }

  @Override
  public void close() {
    processes.close();
    api.close();
    scratch.close();
  }
}
