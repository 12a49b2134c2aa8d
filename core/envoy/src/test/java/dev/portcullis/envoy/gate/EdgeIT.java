// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.EnvoyJson;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.XdsSource;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.RouteId;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where TLS ends: what clients are shown, and what is told about them. */
final class EdgeIT {
  private static final String HOST = "api.example.org";
  private static final String JA4 = "x-portcullis-ja4";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final int port = FreePorts.next();
  private final TestCa ca = new TestCa("edge");
  private EchoUpstream upstream;
  private ScriptedAuthz authz;
  private RealEnvoy envoy;

  @BeforeEach
  void start() throws IOException {
    upstream = new EchoUpstream();
    authz = new ScriptedAuthz(FreePorts.next());
    Path mounted = directory.resolve("mounted");
    mount(mounted, "first", ca.issue(HOST));
    Path certificate = directory.resolve("certificate.json");
    Files.writeString(certificate, EnvoyJson.of(MountedCertificate.file(mounted)));
    GatewaySpec spec =
        new GatewaySpec(
            Gate.loopback(port),
            List.of(Gate.loopback(authz.port())),
            List.of(
                new Upstream(
                    "shop",
                    "orders",
                    null,
                    Gate.loopback(upstream.port()),
                    Protocol.HTTP1,
                    List.of(HOST))),
            null,
            certificate);
    Path own = directory.resolve("envoy");
    EnvoyFiles.of(
            own,
            new EnvoyTranslator(new XdsSource.Files(own))
                .translate(
                    spec,
                    Map.of(
                        new RouteId("shop/orders"),
                        Plans.guarded("shop/orders", FailureMode.DENY))))
        .write();
    ProxyNode node = RealEnvoy.node();
    envoy = RealEnvoy.start(node, EnvoyBootstrap.forFiles(node, own)).ready();
    // The first decision of a JVM takes longer than Envoy waits.
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(get(HOST, "").text()).startsWith("HTTP/1.1 200"));
    authz.answer(ScriptedAuthz.ALLOW);
  }

  @AfterEach
  void stop() {
    envoy.close();
    authz.close();
    upstream.close();
  }

  @Test
  void tellsWhatTheClientsFirstMessageLooksLikeWhateverTheClientSays() throws Exception {
    String answer = get(HOST, JA4 + ": forged\r\nX-Portcullis-JA4: forged\r\n").text();
    assertThat(answer).startsWith("HTTP/1.1 200");
    List<String> seen =
        asked().stream()
            .filter(header -> header.getKey().equals(JA4))
            .map(header -> header.getRawValue().toStringUtf8())
            .toList();
    // JA4 of TLS 1.3 over TCP with a server name, as its definition spells it.
    assertThat(seen).singleElement().asString().matches("t13d[0-9]{4}.._[0-9a-f]{12}_[0-9a-f]{12}");
    assertThat(answer).contains(JA4 + ": " + seen.getFirst()).doesNotContain("forged");
  }

  @Test
  void tellsVersionAndServerNameWhateverTheClientSays() throws Exception {
    String forged =
        "x-portcullis-tls-version: TLSv9\r\nX-Portcullis-TLS-Version: TLSv9\r\n"
            + "X-Portcullis-Tls-Sni: internal.example.org\r\n";
    assertThat(get(HOST, forged).text()).startsWith("HTTP/1.1 200");
    assertThat(
            asked().stream()
                .filter(header -> header.getKey().startsWith("x-portcullis-tls-"))
                .map(header -> header.getKey() + "=" + header.getRawValue().toStringUtf8()))
        .containsExactlyInAnyOrder(
            "x-portcullis-tls-version=TLSv1.3", "x-portcullis-tls-sni=" + HOST);
  }

  /** The headers that the decision service was asked about. */
  private List<HeaderValue> asked() {
    return authz
        .asked()
        .getFirst()
        .getAttributes()
        .getRequest()
        .getHttp()
        .getHeaderMap()
        .getHeadersList();
  }

  @Test
  void tellsHeadersInTheOrderOfTheWire() throws Exception {
    assertThat(get(HOST, "x-c: 1\r\nx-a: 2\r\nx-b: 3\r\nx-a: 4\r\n").text())
        .startsWith("HTTP/1.1 200");
    assertThat(asked().stream().map(HeaderValue::getKey).filter(name -> name.length() == 3))
        .containsExactly("x-c", "x-a", "x-b", "x-a");
  }

  @Test
  void forwardsWhatWasNamedAndNothingElse() throws Exception {
    assertThat(get("api.example.org:8443", "").text()).startsWith("HTTP/1.1 200");
    assertThat(get("orders.shop", "").text()).startsWith("HTTP/1.1 404");
  }

  @Test
  void answersNobodyWithoutTls() throws IOException {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout((int) PATIENCE.toMillis());
      plain
          .getOutputStream()
          .write(("GET / HTTP/1.1\r\nhost: " + HOST + "\r\n\r\n").getBytes(ISO_8859_1));
      assertThat(plain.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
    assertThat(authz.asked()).isEmpty();
  }

  @Test
  void servesTheCertificateThatReplacedTheFirst() throws Exception {
    X509Certificate first = get(HOST, "").certificate();
    mount(directory.resolve("mounted"), "second", ca.issue(HOST));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(get(HOST, "").certificate().getSerialNumber())
                .isNotEqualTo(first.getSerialNumber()));
  }

  /** As sidecars meet: the name that chose their chain is none that they agree on. */
  @Test
  void readsHttp2WhereNoProtocolWasAgreedOn() throws Exception {
    try (SSLSocket socket = connect("portcullis")) {
      assertThat(socket.getApplicationProtocol()).isEmpty();
      byte[] noSettings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
      socket.getOutputStream().write(noSettings);
      byte[] frame = socket.getInputStream().readNBytes(9);
      assertThat(frame[3]).as("the type of a SETTINGS frame").isEqualTo((byte) 4);
    }
  }

  private record Answer(X509Certificate certificate, String text) {}

  private Answer get(String host, String headers) throws Exception {
    try (SSLSocket socket = connect()) {
      String request =
          "GET / HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n" + headers + "\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      String text = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      return new Answer((X509Certificate) socket.getSession().getPeerCertificates()[0], text);
    }
  }

  private SSLSocket connect(String... protocols) throws Exception {
    Path root = directory.resolve("root.pem");
    ca.writeTo(root);
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (var in = Files.newInputStream(root)) {
      trusted.setCertificateEntry(
          "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    plain.setSoTimeout((int) PATIENCE.toMillis());
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, HOST, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** As the kubelet puts a Secret there: files behind a link that is replaced by a rename. */
  private static void mount(Path directory, String version, TestCa.Leaf leaf) throws IOException {
    Path data = Files.createDirectories(directory.resolve(".." + version));
    Files.writeString(data.resolve("tls.crt"), leaf.chain());
    Files.writeString(data.resolve("tls.key"), leaf.key());
    Path next = directory.resolve("..data_next");
    Files.createSymbolicLink(next, Path.of(Objects.toString(data.getFileName())));
    Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (String file : List.of("tls.crt", "tls.key")) {
      Path link = directory.resolve(file);
      if (!Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, Path.of("..data", file));
      }
    }
  }
}
