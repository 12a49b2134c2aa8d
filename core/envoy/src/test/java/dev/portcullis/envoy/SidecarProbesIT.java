// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.envoy.ProbeForward.How;
import dev.portcullis.envoy.listener.HealthListener;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kubelet is told by a real Envoy of an application that comes and goes. */
final class SidecarProbesIT {
  private static final String WORD = "a-word-of-tests-";
  private static final String PROBE = "/probe/" + WORD + "/app/";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final int health = FreePorts.next();
  private final int application = FreePorts.next();
  private final HttpClient client = HttpClient.newHttpClient();
  private ChildProcess envoy;

  @BeforeEach
  void startEnvoy(@TempDir Path directory) {
    List<ProbeForward> probes =
        List.of(
            new ProbeForward("app/liveness", How.TCP, application, "", 1),
            new ProbeForward("app/readiness", How.GRPC, application, "web", 1),
            new ProbeForward("app/startup", How.HTTP, application, "/up?deep=1", 1));
    Path admin = directory.resolve("admin.sock");
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId("it").setCluster("it").build(),
            Addresses.socket(admin),
            ProxyNode.DEFAULT_HEAP_BYTES);
    bootstrap
        .getStaticResourcesBuilder()
        .addAllClusters(HealthListener.clusters(admin, probes))
        .addListeners(HealthListener.of(health, WORD, probes));
    envoy = StartedEnvoy.start(bootstrap, directory, health);
  }

  @AfterEach
  void stopEnvoy() {
    envoy.close();
  }

  @Test
  void tellsWhetherTcpConnects() throws IOException {
    awaitStatus(PROBE + "liveness", 503);
    try (ServerSocket _ = new ServerSocket(application, 8, LOOPBACK)) {
      awaitStatus(PROBE + "liveness", 200);
    }
    awaitStatus(PROBE + "liveness", 503);
  }

  @Test
  void tellsWhetherGrpcServes() throws IOException {
    HealthStatusManager serving = new HealthStatusManager();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(LOOPBACK, application))
            .addService(serving.getHealthService())
            .build()
            .start();
    try {
      awaitStatus(PROBE + "readiness", 503);
      serving.setStatus("web", ServingStatus.SERVING);
      awaitStatus(PROBE + "readiness", 200);
      serving.setStatus("web", ServingStatus.NOT_SERVING);
      awaitStatus(PROBE + "readiness", 503);
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void passesHttpOnWithItsOwnQuery() throws IOException, InterruptedException {
    assertThat(ask(PROBE + "startup").statusCode()).isEqualTo(503);
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, application), 8);
    server.createContext(
        "/",
        exchange -> {
          byte[] asked = exchange.getRequestURI().toString().getBytes(StandardCharsets.UTF_8);
          try (exchange) {
            exchange.sendResponseHeaders(200, asked.length);
            exchange.getResponseBody().write(asked);
          }
        });
    server.start();
    try {
      assertThat(ask(PROBE + "startup?x=y").body()).isEqualTo("/up?deep=1");
      assertThat(ask(PROBE + "other").statusCode()).isEqualTo(404);
      assertThat(ask("/probe/app/startup").statusCode()).isEqualTo(404);
      assertThat(ask("/probe/another-word-of-tests/app/startup").statusCode()).isEqualTo(404);
    } finally {
      server.stop(0);
    }
  }

  /** What reaches the application this way is not decided, so it is a probe and nothing else. */
  @Test
  void passesOnGetAloneAndNoHeaderThatSpeaksForASidecar() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, application), 8);
    server.createContext(
        "/",
        exchange -> {
          String told = exchange.getRequestHeaders().getFirst("X-Portcullis-Client");
          byte[] answer = String.valueOf(told).getBytes(StandardCharsets.UTF_8);
          try (exchange) {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    try {
      URI probe = URI.create("http://127.0.0.1:" + health + PROBE + "startup");
      HttpRequest get = HttpRequest.newBuilder(probe).header("X-Portcullis-Client", "me").build();
      HttpRequest post =
          HttpRequest.newBuilder(probe).POST(HttpRequest.BodyPublishers.ofString("x")).build();
      assertThat(client.send(get, HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("null");
      assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(404);
    } finally {
      server.stop(0);
    }
  }

  /** Envoy answers /drain by POST alone: 200 says that the hook's GET became one. */
  @Test
  void saysFarewellWhenAskedByItsWord() throws IOException, InterruptedException {
    assertThat(ask("/drain/" + WORD).statusCode()).isEqualTo(200);
    assertThat(ask("/drain/another-word-of-tests").statusCode()).isEqualTo(404);
  }

  private void awaitStatus(String path, int status) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(ask(path).statusCode()).isEqualTo(status));
  }

  private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + health + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
