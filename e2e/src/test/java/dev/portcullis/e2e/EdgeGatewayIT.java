// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/**
 * A request from outside, through a gateway and then a sidecar: an API server, the operator, a
 * decision service that demands mutual TLS, and two Envoys that nobody but the operator configures.
 */
final class EdgeGatewayIT {
  private static final String HOST = "api.example.org";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String GATEWAY =
      new SpiffeId("cluster.local", Installation.NAMESPACE, "gateway").toString();

  private final int operatorPort = FreePorts.next();
  private final int checkPort = FreePorts.next();
  private final int applicationPort = FreePorts.next();
  private final int sidecarPort = movedPort();
  private final int gatewayPort = FreePorts.next();
  private final CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
  private final ApiKeyText key = ApiKeyText.generate(new SecureRandom());

  @Test
  void isDecidedAtTheEdgeAndInThePod() throws Exception {
    try (ScratchDirectory scratch = ScratchDirectory.create("portcullis-edge-it-");
        ApiServer api = ApiServer.start();
        ProcessGroup processes = new ProcessGroup(scratch.path())) {
      Installation installation = new Installation(api, scratch);
      installation.apply();
      shop(api);
      Path log = scratch.path().resolve("decisions.jsonl");
      Path ca = controlPlane(processes, scratch, installation, log);
      processes.start(
          "sample-api",
          Program.SAMPLE_API.command("" + applicationPort),
          () -> Answers.onPort(applicationPort));
      String podToken =
          api.kubectl(
                  "-n",
                  "shop",
                  "create",
                  "token",
                  "orders",
                  "--audience=portcullis",
                  "--bound-object-kind=Pod",
                  "--bound-object-name=orders-1")
              .orThrow()
              .strip();
      Path certificate = certificate(scratch);
      envoy(processes, scratch, "orders-1", ca, scratch.write("tokens/pod", podToken), certificate);
      envoy(processes, scratch, "gateway-1", ca, installation.token("gateway"), certificate);

      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() ->
              assertThat(get("X-API-Key: " + key.reveal() + "\r\n")).startsWith("HTTP/1.1 200"));
      assertThat(get("")).startsWith("HTTP/1.1 401");
      assertThat(get("X-API-Key: " + key.reveal() + "x\r\n")).startsWith("HTTP/1.1 401");
      // A rule of the policy refuses this one by its fingerprint, which no client can set.
      assertThat(
              get(
                  "X-API-Key: "
                      + key.reveal()
                      + "\r\nX-Portcullis-JA4: forged\r\nX-Not-At: edge\r\n"))
          .startsWith("HTTP/1.1 403");
      assertThat(past()).as("past the gateway, without an identity").startsWith("HTTP/1.1 403");
      await().atMost(PATIENCE).untilAsserted(() -> assertRecorded(Files.readAllLines(log)));
    }
  }

  private static void assertRecorded(List<String> lines) {
    assertThat(lines)
        .as("the gateway asks as what it is, and tells the fingerprint")
        .anySatisfy(line ->
            assertThat(line)
                .contains("\"outcome\":\"allow\"", "\"ja4\":\"t13d")
                .doesNotContain("\"principal\""));
    assertThat(lines)
        .as("the sidecar sees the gateway, the client's address and no fingerprint")
        .anySatisfy(line ->
            assertThat(line)
                .contains(
                    "\"outcome\":\"allow\"",
                    "\"principal\":\"" + GATEWAY + "\"",
                    "\"client\":\"127.0.0.1\"")
                .doesNotContain("\"ja4\""));
    assertThat(lines).noneSatisfy(line -> assertThat(line).contains("forged"));
  }

  /** A Service, a pod behind it whose sidecar took its port over, a key, and a strict policy. */
  private void shop(ApiServer api) {
    api.kubectlReading(
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {portcullis.dev/inject: enabled}}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: orders, namespace: shop}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: orders-1
              namespace: shop
              labels: {app: orders, portcullis.dev/inject: disabled, portcullis.dev/sidecar: rewrite}
              annotations:
                portcullis.dev/ports: '[{"name":"http","app":%1$d,"listen":%2$d}]'
            spec:
              serviceAccountName: orders
              automountServiceAccountToken: false
              terminationGracePeriodSeconds: 0
              containers: [{name: app, image: app}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: orders, namespace: shop}
            spec:
              selector: {app: orders}
              ports: [{name: http, port: %2$d, targetPort: http, appProtocol: http}]
            ---
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiKey
            metadata: {name: acme, namespace: shop, labels: {api: orders}}
            spec: {id: "%3$s", sha256: "%4$s", client: acme}
            ---
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiPolicy
            metadata: {name: orders, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: orders}]
              transport: {mtls: Strict}
              authentication:
                methods:
                - name: partners
                  apiKey: {from: [{header: X-API-Key}], selector: {matchLabels: {api: orders}}}
              authorization:
                rules:
                - name: at-the-edge
                  when: >-
                    source.principal == "" && tls.ja4.startsWith("t13d") && !("x-not-at" in request.headers)
                - name: in-the-pod
                  when: source.principal == "%5$s" && tls.ja4 == ""
              audit: {sample: 1.0}
            """
                .formatted(applicationPort, sidecarPort, key.id(), key.sha256(), GATEWAY),
            "apply",
            "-f",
            "-")
        .orThrow();
    api.kubectl(
            "-n",
            "shop",
            "patch",
            "pod",
            "orders-1",
            "--subresource=status",
            "--type=merge",
            "-p",
            "{\"status\":{\"phase\":\"Running\",\"podIP\":\"127.0.0.1\","
                + "\"podIPs\":[{\"ip\":\"127.0.0.1\"}]}}")
        .orThrow();
  }

  /** The operator and a decision service that answers nobody without a certificate. */
  private Path controlPlane(
      ProcessGroup processes, ScratchDirectory scratch, Installation installation, Path log) {
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
    int checkAdmin = FreePorts.next();
    processes.start(
        "ext-authz-server",
        Program.EXT_AUTHZ_SERVER.command(
            "--listen=127.0.0.1:" + checkPort,
            "--admin=127.0.0.1:" + checkAdmin,
            "--tls=required",
            "--gateway-identity=" + GATEWAY,
            "--operator=127.0.0.1:" + operatorPort,
            "--operator-ca=" + ca,
            "--token-file=" + installation.token("ext-authz"),
            "--state-dir=" + scratch.path().resolve("ext-authz"),
            "--node-id=ext-authz-0",
            "--decision-log=" + log),
        () -> Answers.ready(checkAdmin));
    return ca;
  }

  /** What a sidecar says of itself is not asked, so both say the same. */
  private void envoy(
      ProcessGroup processes,
      ScratchDirectory scratch,
      String name,
      Path ca,
      Path token,
      Path certificate) {
    GatewaySpec spec =
        new GatewaySpec(
            loopback(gatewayPort),
            List.of(loopback(checkPort)),
            List.of(
                new Upstream(
                    "shop",
                    "orders",
                    null,
                    loopback(sidecarPort),
                    Upstream.Protocol.HTTP1,
                    List.of(HOST))),
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

  private Path certificate(ScratchDirectory scratch) throws IOException {
    Issued issued =
        authority.issueServer(
            List.of(ServerName.parse(HOST)), Duration.ofHours(1), Clock.systemUTC());
    Path mounted = Files.createDirectory(scratch.path().resolve("mounted"));
    Files.writeString(mounted.resolve("tls.crt"), Pem.of(issued.chain()));
    Files.writeString(mounted.resolve("tls.key"), Pem.of(issued.key()));
    return scratch.write("certificate.json", EnvoyJson.of(MountedCertificate.file(mounted)));
  }

  /** A GET through the gateway; the whole answer. */
  private String get(String headers) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("root", authority.certificate());
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    try (Socket plain = connect(gatewayPort);
        Socket socket = context.getSocketFactory().createSocket(plain, HOST, gatewayPort, true)) {
      return exchange(socket, HOST, headers);
    }
  }

  /** A GET to the pod, without TLS. */
  private String past() throws IOException {
    try (Socket socket = connect(sidecarPort)) {
      return exchange(socket, "orders.shop", "");
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String exchange(Socket socket, String host, String headers) throws IOException {
    String request =
        "GET /orders/7 HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /** Where the webhook moves ports to; others are not taken. */
  private static int movedPort() {
    return IntStream.range(20_000, 20_064)
        .filter(EdgeGatewayIT::isFree)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no port from 20000 to 20063 is free"));
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
}
