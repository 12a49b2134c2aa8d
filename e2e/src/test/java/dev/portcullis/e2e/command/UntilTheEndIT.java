// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that wait for the ends of requests, through Envoy: counted in memory and in a store. */
@Timeout(300)
final class UntilTheEndIT {
  private static final int FAILURES = 5;
  private static final int AT_ONCE = 10;
  private static final Duration WORK = Duration.ofMillis(20);
  private static final Duration PAUSE = Duration.ofMillis(10);
  private static final Duration LOAD = Duration.ofSeconds(5);

  @TempDir Path directory;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Api api = new Api();
  private HttpServer server;

  /** Logs in who knows the word, and works for a while on everything else. */
  private static final class Api {
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Semaphore held = new Semaphore(0);
    private final CountDownLatch holds = new CountDownLatch(AT_ONCE);

    private void login(HttpExchange exchange) throws IOException {
      logins.incrementAndGet();
      answer(exchange, "right".equals(exchange.getRequestURI().getQuery()) ? 302 : 401);
    }

    private void work(HttpExchange exchange) throws IOException {
      most.accumulateAndGet(working.incrementAndGet(), Math::max);
      try {
        Thread.sleep(WORK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        // With its answer the next one may come.
        working.decrementAndGet();
      }
      answer(exchange, 200);
    }

    private void hold(HttpExchange exchange) throws IOException {
      if (exchange.getRequestURI().getQuery() == null) {
        holds.countDown();
        held.acquireUninterruptibly();
      }
      answer(exchange, 200);
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/login", api::login);
    server.createContext("/work", api::work);
    server.createContext("/hold", api::hold);
    server.start();
  }

  @AfterEach
  void stop() {
    api.held.release(1000);
    server.stop(0);
    threads.shutdownNow();
  }

  private Path policy(boolean shared) throws IOException {
    return Files.writeString(
        directory.resolve("policy.yaml"),
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: RateLimitPolicy
        metadata: {name: orders, namespace: shop}
        spec:
          targetRefs: [{kind: Service, name: orders}]
          store: %s
          limits:
          - name: login
            match: [{methods: [POST], paths: ["/login"]}]
            key: [source.address]
            count: Failures
            rate: {requests: %d, per: 1h}
          - name: work
            match: [{paths: ["/work"]}]
            key: [source.address]
            concurrency: %d
          - name: hold
            match: [{paths: ["/hold"]}]
            key: [source.address]
            concurrency: %d
        ---
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiPolicy
        metadata: {name: orders, namespace: shop}
        spec:
          targetRefs: [{kind: Service, name: orders}]
          authentication: {methods: [{name: public, anonymous: {}}]}
        """
            .formatted(
                // More than a busy machine asks the store in time would be counted by a share.
                shared ? "{scope: Cluster, onStoreFailure: Deny}" : "{scope: Replica}",
                FAILURES,
                AT_ONCE,
                AT_ONCE));
  }

  private interface Journey {
    void go(URI gateway) throws Exception;
  }

  private void with(boolean shared, Journey journey) throws Exception {
    int port = FreePorts.next();
    try (RedisServer redis = RedisServer.start()) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "gateway",
                  "--policies",
                  policy(shared).toString(),
                  "--service",
                  "shop/orders=127.0.0.1:" + server.getAddress().getPort(),
                  "--listen",
                  "127.0.0.1:" + port));
      if (shared) {
        arguments.addAll(List.of("--valkey", redis.url()));
      }
      try (RunningCommand gateway =
          RunningCommand.start(directory.resolve("gateway"), arguments.toArray(String[]::new))) {
        gateway.awaitLine(0, "Guarding on http://127.0.0.1:" + port);
        if (shared) {
          gateway.await("the replica signs in", () -> signedIn(redis));
        }
        journey.go(URI.create("http://127.0.0.1:" + port));
      }
    }
  }

  private static boolean signedIn(RedisServer redis) {
    try {
      return redis.ask("ZCARD portcullis:replicas").equals(":1");
    } catch (IOException e) {
      return false;
    }
  }

  private static int status(HttpClient http, URI uri, String method) throws Exception {
    return send(http, uri, method).statusCode();
  }

  private static HttpResponse<Void> send(HttpClient http, URI uri, String method) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(60))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding());
  }

  private List<Integer> together(int calls, Callable<Integer> call) throws Exception {
    List<Future<Integer>> calling = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      calling.add(threads.submit(call));
    }
    List<Integer> statuses = new ArrayList<>();
    for (Future<Integer> each : calling) {
      statuses.add(each.get());
    }
    return statuses;
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** Whoever guesses gets five guesses, however many he makes at once. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void guessesAreCountedAndLoginsAreNot(boolean shared) throws Exception {
    with(
        shared,
        gateway -> {
          try (HttpClient http = client()) {
            URI right = gateway.resolve("/login?right");
            // The success of the one before is told when its response ends; that may take a moment.
            int logins = 0;
            for (String left = ""; logins < 4 * FAILURES || !left.contains(";r=4;"); logins++) {
              HttpResponse<Void> response = send(http, right, "POST");
              assertThat(response.statusCode()).as("login %d", logins).isIn(302, 503);
              left = response.headers().firstValue("ratelimit").orElse("");
              assertThat(logins).as(left).isLessThan(200);
              Thread.sleep(logins < 4 * FAILURES ? 20 : 200);
            }
            Thread.sleep(1000);
            api.logins.set(0);

            List<Integer> guesses =
                together(
                    shared ? 50 : 500, () -> status(http, gateway.resolve("/login?wrong"), "POST"));

            assertThat(guesses).isSubsetOf(401, 429, 503);
            boolean inTime = !guesses.contains(503);
            for (int i = 0; i < 50 && guesses.getLast() != 429; i++) {
              guesses.add(status(http, gateway.resolve("/login?wrong"), "POST"));
            }
            assertThat(guesses.getLast()).isEqualTo(429);
            assertThat(Collections.frequency(guesses, 401)).isEqualTo(api.logins.get());
            // A busy machine may not answer a check in time, which is refused and stays charged.
            assertThat(api.logins.get()).isBetween(inTime ? FAILURES : 0, FAILURES);
            assertThat(status(http, right, "POST")).isIn(429, 503);
          }
        });
  }

  /** Ten at once that take 20 ms each are up to 500 a second; never are there eleven. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsAtOnceIsBoundAndFreeAgain(boolean shared) throws Exception {
    with(
        shared,
        gateway -> {
          try (HttpClient http = client()) {
            for (int i = 0; i < 100; i++) {
              assertThat(status(http, gateway.resolve("/work"), "GET")).isIn(200, 429, 503);
            }
            List<Future<int[]>> calling = new ArrayList<>();
            long end = System.nanoTime() + LOAD.toNanos();
            for (int i = 0; i < 2 * AT_ONCE; i++) {
              calling.add(
                  threads.submit(() -> {
                    int[] counts = new int[2];
                    while (System.nanoTime() < end) {
                      int status = status(http, gateway.resolve("/work"), "GET");
                      assertThat(status).isIn(200, 429, 503);
                      counts[status == 200 ? 0 : 1]++;
                      if (status != 200) {
                        // Who comes again at once takes the processors that the service needs.
                        Thread.sleep(PAUSE);
                      }
                    }
                    return counts;
                  }));
            }
            int passed = 0;
            int refused = 0;
            for (Future<int[]> each : calling) {
              passed += each.get()[0];
              refused += each.get()[1];
            }
            double possible = AT_ONCE * LOAD.toMillis() / (double) WORK.toMillis();
            System.err.printf(
                "concurrency %d, %s: %d passed of %.0f that are possible, %d refused, %d at most at"
                    + " once%n",
                AT_ONCE,
                shared ? "in a store" : "in memory",
                passed,
                possible,
                refused,
                api.most.get());
            assertThat(api.most.get()).isLessThanOrEqualTo(AT_ONCE);
            // A leaked place would be missing for fifteen seconds.
            assertThat(passed).isGreaterThan((int) (possible / 10));
          }
        });
  }

  /**
   * What takes long is counted as long as it takes, and a client that goes away frees its place.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void holdsAsLongAsItTakes(boolean shared) throws Exception {
    with(
        shared,
        gateway -> {
          List<Socket> sockets = new ArrayList<>();
          try (HttpClient http = client()) {
            // One that the store was asked about too late is refused, and made up for by another.
            for (int i = 0; i < 15 * AT_ONCE && api.holds.getCount() > 0; i++) {
              Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.getPort());
              socket
                  .getOutputStream()
                  .write(
                      "GET /hold HTTP/1.1\r\nhost: any\r\n\r\n"
                          .getBytes(StandardCharsets.US_ASCII));
              sockets.add(socket);
              Thread.sleep(200);
            }
            assertThat(api.holds.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(status(http, gateway.resolve("/hold?briefly"), "GET")).isIn(429, 503);
            // Longer than a lease: without Envoy's word that they go on, ten others would be let
            // in.
            Thread.sleep(Duration.ofSeconds(18));
            assertThat(status(http, gateway.resolve("/hold?briefly"), "GET")).isIn(429, 503);

            for (Socket each : sockets) {
              each.close();
            }
            int status = 429;
            for (int i = 0; i < 100 && status != 200; i++) {
              Thread.sleep(50);
              status = status(http, gateway.resolve("/hold?briefly"), "GET");
            }
            assertThat(status).isEqualTo(200);
          } finally {
            for (Socket each : sockets) {
              each.close();
            }
          }
        });
  }
}
