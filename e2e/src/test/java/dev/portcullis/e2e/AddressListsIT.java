// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.gateway.DecisionServiceOptions;
import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.parts.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Lists of addresses are replaced while a gateway guards with them. In order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AddressListsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        clientAddress: {trustedProxies: [127.0.0.1]}
        ipAccess: {denyLists: [{configMapRef: {name: bad}}, {file: exits}]}
        authentication: {methods: [{name: public, anonymous: {}}]}
      """;

  @TempDir static Path directory;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final int PORT = FreePorts.next();
  private static final int ADMIN = FreePorts.next();
  private static @Nullable HttpServer api;
  private static @Nullable FileGateway gateway;
  private static @Nullable Thread guarding;

  @BeforeAll
  static void guard() throws Exception {
    HttpServer service = SampleApi.start(0);
    api = service;
    write("policies.yaml", POLICY);
    configMap("203.0.113.0/24");
    write("exits.txt", "192.88.99.0/24\n");
    FileGateway starting =
        new FileGateway(
            new GatewayOptions(
                List.of(directory.resolve("policies.yaml"), directory.resolve("lists.yaml")),
                List.of(
                    GuardedService.parse(
                        "shop/orders=127.0.0.1:" + service.getAddress().getPort())),
                new HostPort("127.0.0.1", PORT),
                null,
                DecisionServiceOptions.logging(directory.resolve("decisions.jsonl").toString())
                    .withAdmin(new HostPort("127.0.0.1", ADMIN))
                    .withAddressLists(Map.of("exits", directory.resolve("exits.txt")))),
            Terminal.standardError());
    gateway = starting;
    guarding = Thread.ofPlatform().start(() -> run(starting));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(status("198.51.100.1")).isEqualTo(200));
  }

  private static void run(FileGateway gateway) {
    try {
      gateway.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterAll
  static void end() throws InterruptedException {
    if (guarding != null) {
      guarding.interrupt();
      guarding.join();
    }
    if (gateway != null) {
      gateway.close();
    }
    if (api != null) {
      api.stop(0);
    }
    CLIENT.close();
  }

  @Test
  @Order(1)
  void refusesWhoIsInAList() throws Exception {
    assertThat(status("203.0.113.7")).isEqualTo(403);
    assertThat(status("192.88.99.7")).isEqualTo(403);
    assertThat(status("198.51.100.1")).isEqualTo(200);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(Files.readString(directory.resolve("decisions.jsonl")))
                .contains("ipAccess.denyLists/bad", "ipAccess.denyLists/file:exits")
                .doesNotContain("203.0.113.0"));
  }

  @Test
  @Order(2)
  void anEditedConfigMapDecides() throws Exception {
    configMap("198.51.100.1 # only this one");
    awaitStatus("198.51.100.1", 403);
    assertThat(status("203.0.113.7")).isEqualTo(200);
    assertThat(status("192.88.99.7")).isEqualTo(403);
  }

  @Test
  @Order(3)
  void aConfigMapThatIsNoListClosesTheRoute() throws Exception {
    configMap("198.51.100.256");
    awaitStatus("203.0.113.7", 503);
    configMap("198.51.100.1");
    awaitStatus("203.0.113.7", 200);
    assertThat(status("198.51.100.1")).isEqualTo(403);
  }

  @Test
  @Order(4)
  void aFileIsReadAgainWhenItIsReplacedAndKeptWhenItBreaks() throws Exception {
    write("exits.txt", "203.0.113.7\n");
    awaitStatus("203.0.113.7", 403);
    assertThat(status("192.88.99.7")).isEqualTo(200);

    write("exits.txt", "192.88.99.0/24\nnobody\n");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(get(ADMIN, "/metrics", "127.0.0.1").body())
                .contains("portcullis_address_list_files_refused_total 1.0"));
    assertThat(status("203.0.113.7")).isEqualTo(403);
    assertThat(status("192.88.99.7")).isEqualTo(200);
  }

  private static void configMap(String lines) throws IOException {
    write(
        "lists.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: bad, namespace: shop}
        data:
          list: |
            # replaced while it is used
            %s
        """
            .formatted(lines));
  }

  private static void write(String name, String content) throws IOException {
    Path incoming = Files.writeString(directory.resolve("incoming"), content);
    Files.move(
        incoming,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void awaitStatus(String address, int wanted) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(status(address)).as(address).isEqualTo(wanted));
  }

  private static int status(String address) throws IOException, InterruptedException {
    return get(PORT, "/orders", address).statusCode();
  }

  private static HttpResponse<String> get(int port, String path, String address)
      throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("x-forwarded-for", address)
            .timeout(Duration.ofSeconds(20))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
