// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.gateway.DecisionServiceOptions;
import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.cli.through.RawHttp;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * An issuer that is slow, asked too much, and away at last, behind a real Envoy and a decision
 * service of its own process. Routes say {@code failureMode: Allow}, which must not help anybody.
 */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SlowIssuerIT {
  /** Questions that one endpoint may have under way. */
  private static final int IN_FLIGHT = 64;

  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-issuer-");
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final AtomicInteger ASKED = new AtomicInteger();
  private static final AtomicInteger ARRIVED = new AtomicInteger();
  private static volatile CountDownLatch open = new CountDownLatch(0);
  private static HttpServer issuer;
  private static HttpServer api;
  private static FileGateway gateway;
  private static int port;

  @BeforeAll
  static void startEverything() throws Exception {
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
    issuer.setExecutor(THREADS);
    issuer.createContext("/introspect", SlowIssuerIT::answer);
    issuer.start();
    api = SampleApi.start(0, ARRIVED::incrementAndGet);
    port = FreePorts.next();
    Path policies = SCRATCH.write("policies.yaml", policies(issuer.getAddress().getPort()));
    String address = "=127.0.0.1:" + api.getAddress().getPort();
    gateway =
        new FileGateway(
            new GatewayOptions(
                List.of(policies),
                List.of(
                    GuardedService.parse("shop/orders" + address),
                    GuardedService.parse("shop/open" + address)),
                new HostPort("127.0.0.1", port),
                null,
                DecisionServiceOptions.logging(
                    SCRATCH.path().resolve("decisions.jsonl").toString())),
            Terminal.standardError());
    gateway.startGuarding();
  }

  @AfterAll
  static void endEverything() {
    open.countDown();
    gateway.close();
    api.stop(0);
    issuer.stop(0);
    THREADS.shutdownNow();
    SCRATCH.close();
  }

  private static String policies(int issuerPort) {
    return """
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: orders, namespace: shop}
    spec:
      targetRefs: [{kind: Service, name: orders}]
      failureMode: Allow
      authentication:
        methods:
        - name: opaque
          introspection:
            endpoint: http://127.0.0.1:%d/introspect
            clientSecretRef: {name: idp}
            cacheTtl: 10m
            timeout: 1s
    ---
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: open, namespace: shop}
    spec:
      targetRefs: [{kind: Service, name: open}]
      failureMode: Allow
      authentication: {methods: [{name: public, anonymous: {}}]}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: idp, namespace: shop}
    stringData: {client-id: portcullis, client-secret: secret}
    """
        .formatted(issuerPort);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      ASKED.incrementAndGet();
      exchange.getRequestBody().readAllBytes();
      open.await();
      byte[] body = "{\"active\":true,\"sub\":\"alice\"}".getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static CompletableFuture<Integer> ask(String service, String token) {
    byte[] request =
        "GET /orders HTTP/1.1\r\nhost: %s.shop\r\nauthorization: Bearer %s\r\nconnection: close\r\n\r\n"
            .formatted(service, token)
            .getBytes(StandardCharsets.US_ASCII);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return RawHttp.exchange(new InetSocketAddress(loopback, port), loopback, request, LONG)
                .status();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        THREADS);
  }

  private static int status(CompletableFuture<Integer> answer) throws Exception {
    return answer.get(40, TimeUnit.SECONDS);
  }

  @Test
  @Order(1)
  void anIssuerThatTakesLongerThanEnvoyWaitsElsewhereIsWaitedFor() throws Exception {
    assertThat(status(ask("orders", "known"))).isEqualTo(200);
    open = new CountDownLatch(1);
    CompletableFuture<Integer> patient = ask("orders", "patient");
    await().atMost(LONG).until(() -> ASKED.get() == 2);
    // Longer than Envoy waits for decisions that ask nobody.
    Thread.sleep(400);
    assertThat(patient).isNotDone();
    open.countDown();
    assertThat(status(patient)).isEqualTo(200);
  }

  @Test
  @Order(2)
  void whoAsksASlowIssuerGets503AndNobodyElseWaits() throws Exception {
    open = new CountDownLatch(1);
    int asked = ASKED.get();
    int arrived = ARRIVED.get();
    List<CompletableFuture<Integer>> slow = new ArrayList<>();
    for (int i = 0; i < 2 * IN_FLIGHT; i++) {
      slow.add(ask("orders", "slow-" + i));
    }
    await().atMost(LONG).until(() -> ASKED.get() > asked);
    for (int i = 0; i < 20; i++) {
      assertThat(status(ask("orders", "known"))).as("remembered").isEqualTo(200);
      assertThat(status(ask("open", "any"))).as("asks nobody").isEqualTo(200);
    }
    for (CompletableFuture<Integer> each : slow) {
      assertThat(status(each)).isEqualTo(503);
    }
    assertThat(ASKED.get() - asked).as("questions").isBetween(1, 2 * IN_FLIGHT);
    assertThat(ARRIVED.get() - arrived).as("of those that were let in").isEqualTo(40);
    open.countDown();
    assertThat(status(ask("orders", "fresh"))).isEqualTo(200);
  }

  @Test
  @Order(3)
  void withoutTheIssuerWhoIsRememberedPassesAndNobodyElse() throws Exception {
    issuer.stop(0);
    for (int i = 0; i < 5; i++) {
      assertThat(status(ask("orders", "known"))).isEqualTo(200);
      assertThat(status(ask("orders", "stranger-" + i))).isEqualTo(503);
    }
  }
}
