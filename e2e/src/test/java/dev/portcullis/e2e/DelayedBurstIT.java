// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.gateway.DecisionServiceOptions;
import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bursts through a real Envoy and a decision service of its own process. */
@Timeout(180)
final class DelayedBurstIT {
  private static final String FAULT = "x-envoy-fault-delay-request";
  private static final long INTERVAL = 100_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-delays-");
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static final List<Arrival> ARRIVALS = new CopyOnWriteArrayList<>();
  private static HttpServer api;
  private static FileGateway gateway;
  private static int port;

  /** A request as the API had it. */
  private record Arrival(String path, long at, boolean toldOfFaults) {}

  @BeforeAll
  static void startEverything() throws Exception {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    api.setExecutor(THREADS);
    api.createContext("/", DelayedBurstIT::arrive);
    api.start();
    port = FreePorts.next();
    Path policies =
        SCRATCH.write(
            "policies.yaml",
            """
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiPolicy
            metadata: {name: orders, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: orders}]
              audit: {sample: 1.0}
            ---
            apiVersion: portcullis.dev/v1alpha1
            kind: RateLimitPolicy
            metadata: {name: orders, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: orders}]
              limits:
              - name: even
                match: [{paths: ["/even/*"]}]
                key: [source.address]
                rate: {requests: 10, per: 1s, burst: 1}
                action: Delay
                maxDelay: 2s
              - name: short
                match: [{paths: ["/short/*"]}]
                key: [source.address]
                rate: {requests: 60, per: 1m, burst: 0}
                action: Delay
            """);
    gateway =
        new FileGateway(
            new GatewayOptions(
                List.of(policies),
                List.of(
                    GuardedService.parse("shop/orders=127.0.0.1:" + api.getAddress().getPort())),
                new HostPort("127.0.0.1", port),
                null,
                DecisionServiceOptions.logging(log().toString())),
            Terminal.standardError());
    gateway.startGuarding();
  }

  @AfterAll
  static void endEverything() {
    if (gateway != null) {
      gateway.close();
    }
    if (api != null) {
      api.stop(0);
    }
    THREADS.shutdownNow();
    SCRATCH.close();
  }

  private static Path log() {
    return SCRATCH.path().resolve("decisions.jsonl");
  }

  private static void arrive(HttpExchange exchange) throws IOException {
    ARRIVALS.add(
        new Arrival(
            exchange.getRequestURI().getPath(),
            System.nanoTime(),
            exchange.getRequestHeaders().containsKey(FAULT)));
    try (exchange) {
      exchange.sendResponseHeaders(204, -1);
    }
  }

  /**
   * Two of ten pass at once, and then one each tenth of a second: the last waits 800 ms at most.
   */
  @Test
  void spreadsABurstAndRefusesNobody() throws IOException {
    long start = System.nanoTime();
    List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
    try (HttpClient client = client()) {
      for (int i = 0; i < 10; i++) {
        answers.add(client.sendAsync(request("/even/" + i), BodyHandlers.discarding()));
      }
      answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(204));
    }

    List<Arrival> arrived = arrivals("/even/");
    assertThat(arrived).hasSize(10).noneMatch(Arrival::toldOfFaults);
    for (int i = 1; i < 10; i++) {
      // Turns are counted from the first decision, which was after the start.
      assertThat(arrived.get(i).at() - start)
          .as("arrival %s", i)
          .isGreaterThanOrEqualTo((i - 1) * INTERVAL);
    }
    await().atMost(PATIENCE).until(() -> records("/even/").size() == 10);
    List<Long> turns = new ArrayList<>();
    for (JsonNode record : records("/even/")) {
      long millis = record.path("delay").path("millis").asLong();
      assertThat(millis).isLessThanOrEqualTo(800);
      Instant at = Instant.parse(record.path("time").asText()).plusMillis(millis);
      turns.add(ChronoUnit.NANOS.between(Instant.EPOCH, at));
    }
    Collections.sort(turns);
    for (int i = 1; i < 10; i++) {
      assertThat(turns.get(i) - turns.getFirst())
          .as("turn %s", i)
          .isGreaterThanOrEqualTo((i - 1) * INTERVAL);
    }
    assertThat(records("/even/"))
        .filteredOn(record -> record.has("delay"))
        .isNotEmpty()
        .allMatch(record -> record.path("delay").path("rule").asText().equals("even"));
  }

  /** Of four at once one waits, and two would for longer than they may. */
  @Test
  void refusesWhatWouldWaitTooLong() {
    List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
    try (HttpClient client = client()) {
      for (int i = 0; i < 4; i++) {
        answers.add(client.sendAsync(request("/short/" + i), BodyHandlers.discarding()));
      }
      assertThat(answers)
          .extracting(answer -> answer.join().statusCode())
          .containsExactlyInAnyOrder(204, 204, 429, 429);
    }
    assertThat(arrivals("/short/")).hasSize(2);
    assertThat(answers)
        .map(CompletableFuture::join)
        .filteredOn(answer -> answer.statusCode() == 429)
        .allMatch(answer -> answer.headers().firstValue("retry-after").isPresent());
  }

  @Test
  void letsNoClientHoldItself() throws Exception {
    try (HttpClient client = client()) {
      HttpRequest theirs =
          HttpRequest.newBuilder(request("/theirs"), (_, _) -> true)
              .header(FAULT, "60000")
              .timeout(Duration.ofSeconds(30))
              .build();
      assertThat(client.send(theirs, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
    }
    assertThat(arrivals("/theirs")).singleElement().returns(false, Arrival::toldOfFaults);
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(THREADS).build();
  }

  private static HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
  }

  private static List<Arrival> arrivals(String prefix) {
    return ARRIVALS.stream().filter(arrival -> arrival.path().startsWith(prefix)).toList();
  }

  /** What the decision log says; it is written a moment later. */
  private static List<JsonNode> records(String prefix) throws IOException {
    List<JsonNode> records = new ArrayList<>();
    for (String line : Files.readAllLines(log())) {
      JsonNode record = JSON.readTree(line);
      if (record.path("path").asText().startsWith(prefix)) {
        records.add(record);
      }
    }
    return records;
  }
}
