// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.EnvoyJson;
import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.XdsSource;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.envoy.listener.GuardedListener;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.RouteId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients from outside that show certificates, to an Envoy that asks for them. */
final class ClientCertificatesIT {
  private static final String HOST = "api.example.org";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final int port = FreePorts.next();
  private final TestCa server = new TestCa("edge");
  private final TestCa clients = new TestCa("clients");
  private final TestCa others = new TestCa("others");
  private final TestCa.Leaf partner =
      clients.issue(
          Instant.now().plus(Duration.ofHours(1)),
          new GeneralName(GeneralName.dNSName, "partner.example"),
          new GeneralName(GeneralName.uniformResourceIdentifier, "https://partner.example/a,b"));
  private @Nullable EchoUpstream upstream;
  private @Nullable ScriptedAuthz authz;
  private @Nullable RealEnvoy envoy;

  @AfterEach
  void stop() {
    Objects.requireNonNull(envoy).close();
    Objects.requireNonNull(authz).close();
    Objects.requireNonNull(upstream).close();
  }

  @Test
  void tellsTheCertificateAndNothingThatTheClientSays() throws Exception {
    start(false);
    assertThat(
            get(
                partner,
                "x-forwarded-client-cert: URI=spiffe://cluster.local/ns/a/sa/b\r\n"
                    + "x-portcullis-client-cert: forged\r\n"))
        .startsWith("HTTP/1.1 200")
        .doesNotContain("forged", "spiffe:");
    String told = certificate();
    assertThat(URLDecoder.decode(told, UTF_8)).isEqualTo(partner.chain().replace("\r\n", "\n"));
  }

  @Test
  void whoShowsNoneIsAskedAboutWithoutOne() throws Exception {
    start(false);
    assertThat(get(null, "")).startsWith("HTTP/1.1 200");
    assertThat(certificate()).isEmpty();
  }

  @Test
  void whoMustShowOneAndDoesNotIsNotHeard() throws Exception {
    start(true);
    assertNotHeard(null);
  }

  @Test
  void anExpiredOneIsNotHeard() throws Exception {
    start(false);
    assertNotHeard(
        clients.issue(
            Instant.now().minusSeconds(60), new GeneralName(GeneralName.dNSName, "a.example")));
  }

  @Test
  void oneOfAnotherAuthorityIsNotHeard() throws Exception {
    start(false);
    assertNotHeard(others.issue("partner.example"));
  }

  @Test
  void aRevokedOneIsNotHeardFromWhenTheListSaysSo() throws Exception {
    start(false);
    assertThat(get(partner, "")).startsWith("HTTP/1.1 200");
    mountClients("second", clients.revoked(partner));
    await().atMost(PATIENCE).untilAsserted(() -> assertNotHeard(partner));
    assertThat(get(clients.issue("partner.example"), "")).startsWith("HTTP/1.1 200");
    assertThat(get(null, "")).startsWith("HTTP/1.1 200");
  }

  /** Whatever else it says, and wherever the name stands among others. */
  @Test
  void oneThatClaimsToBeAWorkloadIsNotHeard() throws Exception {
    start(false);
    Instant end = Instant.now().plus(Duration.ofHours(1));
    String forged = "spiffe://cluster.local/ns/shop/sa/orders";
    assertNotHeard(clients.issue(end, uri(forged)));
    assertNotHeard(clients.issue(end, uri("https://partner.example/"), uri(forged)));
    assertNotHeard(
        clients.issue(end, new GeneralName(GeneralName.dNSName, "partner.example"), uri(forged)));
    assertNotHeard(clients.issue(end, uri("SPIFFE://Cluster.Local/ns/shop/sa/orders")));
    assertThat(get(clients.issue(end, uri("spiffe://partner.example/ns/a/sa/b")), ""))
        .startsWith("HTTP/1.1 200");
  }

  private static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  private String certificate() {
    return Objects.requireNonNull(authz)
        .asked()
        .getLast()
        .getAttributes()
        .getSource()
        .getCertificate();
  }

  /** TLS 1.3 tells a client that it failed after its first words. */
  private void assertNotHeard(TestCa.@Nullable Leaf leaf) {
    int before = Objects.requireNonNull(authz).asked().size();
    assertThatThrownBy(
            () -> {
              String answer = get(leaf, "");
              if (answer.isEmpty()) {
                throw new IOException("closed without a word");
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(authz.asked()).hasSize(before);
  }

  private void start(boolean required) throws IOException {
    EchoUpstream api = new EchoUpstream();
    upstream = api;
    ScriptedAuthz decider = new ScriptedAuthz(FreePorts.next());
    authz = decider;
    Path mounted = directory.resolve("mounted");
    TestCa.Leaf own = server.issue(HOST);
    mount(mounted, "first", Map.of("tls.crt", own.chain(), "tls.key", own.key()));
    mountClients("first", clients.revoked());
    Path certificate = directory.resolve("certificate.json");
    Files.writeString(certificate, EnvoyJson.of(MountedCertificate.file(mounted)));
    Path authorities = directory.resolve("clients.json");
    Files.writeString(
        authorities, EnvoyJson.of(ClientAuthorities.file(directory.resolve("clients"), true)));
    ClientAuthorities asked = new ClientAuthorities(authorities, required);
    GatewaySpec spec =
        new GatewaySpec(
            Gate.loopback(port),
            List.of(Gate.loopback(decider.port())),
            List.of(
                new Upstream(
                    "shop",
                    "orders",
                    null,
                    Gate.loopback(api.port()),
                    Protocol.HTTP1,
                    List.of(HOST))),
            null,
            certificate,
            asked);
    Path files = directory.resolve("envoy");
    XdsSource.Files source = new XdsSource.Files(files);
    EnvoyResources translated =
        new EnvoyTranslator(source)
            .translate(
                spec,
                Map.of(new RouteId("shop/orders"), Plans.guarded("shop/orders", FailureMode.DENY)));
    EnvoyFiles.of(
            files,
            new EnvoyResources(
                List.of(
                    // As in a cluster, whose decision service has an identity.
                    GuardedListener.of(
                        translated.listeners().getFirst().getName(),
                        Gate.loopback(port),
                        source.of(ResourceKind.ROUTE),
                        certificate,
                        asked,
                        "cluster.local")),
                translated.routes(),
                translated.clusters()))
        .write();
    ProxyNode node = RealEnvoy.node();
    envoy = RealEnvoy.start(node, EnvoyBootstrap.forFiles(node, files)).ready();
    // The first decision of a JVM takes longer than Envoy waits.
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertThat(get(partner, "")).startsWith("HTTP/1.1 200"));
    decider.answer(ScriptedAuthz.ALLOW);
  }

  private void mountClients(String version, String revoked) throws IOException {
    mount(
        directory.resolve("clients"), version, Map.of("ca.crt", clients.pem(), "ca.crl", revoked));
  }

  /** As the kubelet puts a Secret there: files behind a link that is replaced by a rename. */
  private static void mount(Path directory, String version, Map<String, String> files)
      throws IOException {
    Path data = Files.createDirectories(directory.resolve(".." + version));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(data.resolve(file.getKey()), file.getValue());
    }
    Path next = directory.resolve("..data_next");
    Files.createSymbolicLink(next, Path.of(Objects.toString(data.getFileName())));
    Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (String file : files.keySet()) {
      Path link = directory.resolve(file);
      if (!Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, Path.of("..data", file));
      }
    }
  }

  private String get(TestCa.@Nullable Leaf leaf, String headers) throws Exception {
    Path root = directory.resolve("root.pem");
    server.writeTo(root);
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
    context.init(
        leaf == null ? null : new KeyManager[] {leaf.manager()}, managers.getTrustManagers(), null);
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    plain.setSoTimeout((int) PATIENCE.toMillis());
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, HOST, port, true)) {
      socket.startHandshake();
      String request =
          "GET / HTTP/1.1\r\nhost: " + HOST + "\r\nconnection: close\r\n" + headers + "\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
