// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.e2e.Replicas;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.util.Locale;
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
  private static final int GUESSES = 500;
  private static final int AT_ONCE = 10;
  private static final int ATTEMPTS = 3;
  private static final int WARMING = 20;
  private static final double HALF = 0.5;
  private static final Duration WORK = Duration.ofMillis(20);
  private static final Duration PAUSE = Duration.ofMillis(10);
  private static final Duration LOAD = Duration.ofSeconds(2);
  private static final int ROUNDS = 2;

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
        pretendToWork();
      } finally {
        // With its answer the next one may come.
        working.decrementAndGet();
      }
      answer(exchange, 200);
    }

    private static void workUnbounded(HttpExchange exchange) throws IOException {
      pretendToWork();
      answer(exchange, 200);
    }

    private static void pretendToWork() {
      try {
        Thread.sleep(WORK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
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
    server.createContext("/unbounded", Api::workUnbounded);
    server.createContext("/alone", exchange -> Api.answer(exchange, 200));
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
          - name: alone
            match: [{paths: ["/alone"]}]
            key: [source.address]
            concurrency: 1
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

  /** Two decision services, which let as many wait for the store as are sent at once. */
  private void withTwo(Journey journey) throws Exception {
    try (RedisServer redis = RedisServer.start();
        Replicas replicas =
            Replicas.start(
                2,
                Files.readString(policy(true)),
                List.of("shop/orders=127.0.0.1:" + server.getAddress().getPort()),
                "--valkey=" + redis.url(),
                "--valkey-timeout=1s",
                "--max-waiting=" + 2 * GUESSES)) {
      URI gateway = replicas.guard();
      replicas.awaitEachOther();
      journey.go(gateway);
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

  private static HttpClient.Builder client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
  }

  /**
   * Whoever guesses gets five guesses, however many he makes at once: never six. A machine that is
   * busy may be too late with one of the five, which is refused and stays charged; so there is
   * another attempt, of somebody else, until one gets all of them.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void guessesAreCountedAndLoginsAreNot(boolean shared) throws Exception {
    Journey journey =
        gateway -> {
          warm(gateway);
          int passed = 0;
          for (int attempt = 1; attempt <= ATTEMPTS && passed < FAILURES; attempt++) {
            try (HttpClient http =
                client().localAddress(InetAddress.ofLiteral("127.0.0." + attempt)).build()) {
              login(http, gateway);
              passed = guess(http, gateway);
            }
          }
          assertThat(passed).as("guesses that reach the service").isEqualTo(FAILURES);
        };
    if (shared) {
      withTwo(journey);
    } else {
      with(false, journey);
    }
  }

  /** Programs that have just begun are too slow for so many at once. */
  private void warm(URI gateway) throws Exception {
    try (HttpClient http = client().build()) {
      URI alone = gateway.resolve("/alone");
      boolean inTime = false;
      for (int burst = 0; burst < WARMING && !inTime; burst++) {
        inTime = !together(GUESSES, () -> status(http, alone, "GET")).contains(503);
      }
    }
  }

  private static void login(HttpClient http, URI gateway) throws Exception {
    // The success of the one before is told when its response ends; that may take a moment.
    int logins = 0;
    for (String left = ""; logins < 4 * FAILURES || !left.contains(";r=4;"); logins++) {
      HttpResponse<Void> response = send(http, gateway.resolve("/login?right"), "POST");
      assertThat(response.statusCode()).as("login %d", logins).isIn(302, 429, 503);
      left = response.headers().firstValue("ratelimit").orElse("");
      assertThat(logins).as(left).isLessThan(200);
      Thread.sleep(logins < 4 * FAILURES ? 20 : 200);
    }
    Thread.sleep(1000);
  }

  /** How many reach the service; until none does any more. */
  private int guess(HttpClient http, URI gateway) throws Exception {
    URI wrong = gateway.resolve("/login?wrong");
    api.logins.set(0);

    List<Integer> guesses = together(GUESSES, () -> status(http, wrong, "POST"));

    assertThat(guesses).isSubsetOf(401, 429, 503);
    System.err.printf(
        "%d guesses at once: %d reach the service, %d refused, %d without a decision%n",
        GUESSES,
        api.logins.get(),
        Collections.frequency(guesses, 429),
        Collections.frequency(guesses, 503));
    for (int i = 0; i < 50 && guesses.getLast() != 429; i++) {
      guesses.add(status(http, wrong, "POST"));
    }
    assertThat(guesses.getLast()).isEqualTo(429);
    assertThat(Collections.frequency(guesses, 401)).isEqualTo(api.logins.get());
    assertThat(api.logins.get()).isLessThanOrEqualTo(FAILURES);
    assertThat(status(http, gateway.resolve("/login?right"), "POST")).isIn(429, 503);
    return api.logins.get();
  }

  /**
   * Never are there eleven, and a place that is free again is taken again. How many pass is
   * compared with what ten callers get through without the limit, in turns: requests take longer
   * than their work, and longer still on a busy machine. Which may do something else while it is
   * their turn, so there are several attempts.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsAtOnceIsBoundAndFreeAgain(boolean shared) throws Exception {
    with(
        shared,
        gateway -> {
          URI unbounded = gateway.resolve("/unbounded");
          URI work = gateway.resolve("/work");
          try (HttpClient http = client().build()) {
            // Programs that have just begun are slower.
            var _ = load(http, unbounded, AT_ONCE);
            var _ = load(http, work, 2 * AT_ONCE);
            double part = 0;
            for (int attempt = 1; attempt <= ATTEMPTS && part < HALF; attempt++) {
              Load without = Load.NONE;
              Load with = Load.NONE;
              for (int i = 0; i < ROUNDS; i++) {
                without = without.and(load(http, unbounded, AT_ONCE));
                with = with.and(load(http, work, 2 * AT_ONCE));
              }
              part = with.passed() / (double) without.passed();
              System.err.printf(
                  "concurrency %d, %s: passed %.2f of what passes without (%d of %d), %d refused,"
                      + " %d not counted in time, %d at most at once%n",
                  AT_ONCE,
                  shared ? "in a store" : "in memory",
                  part,
                  with.passed(),
                  without.passed(),
                  with.refused(),
                  with.uncounted(),
                  api.most.get());
            }
            assertThat(api.most.get()).isLessThanOrEqualTo(AT_ONCE);
            // A leaked place would be missing for fifteen seconds.
            assertThat(part).isGreaterThanOrEqualTo(HALF);
          }
        });
  }

  /** What became of requests. */
  private record Load(int passed, int refused, int uncounted) {
    private static final Load NONE = new Load(0, 0, 0);

    private Load and(Load other) {
      return new Load(passed + other.passed, refused + other.refused, uncounted + other.uncounted);
    }

    private Load and(int status) {
      return and(new Load(status == 200 ? 1 : 0, status == 429 ? 1 : 0, status == 503 ? 1 : 0));
    }
  }

  private Load load(HttpClient http, URI uri, int callers) throws Exception {
    List<Future<Load>> calling = new ArrayList<>();
    long end = System.nanoTime() + LOAD.toNanos();
    for (int i = 0; i < callers; i++) {
      calling.add(
          threads.submit(() -> {
            Load load = Load.NONE;
            while (System.nanoTime() < end) {
              int status = status(http, uri, "GET");
              assertThat(status).isIn(200, 429, 503);
              load = load.and(status);
              if (status != 200) {
                // Who comes again at once takes the processors that the service needs.
                Thread.sleep(PAUSE);
              }
            }
            return load;
          }));
    }
    Load load = Load.NONE;
    for (Future<Load> each : calling) {
      load = load.and(each.get());
    }
    return load;
  }

  /**
   * Who has his answer has his place back: Envoy tells of the end before the client can ask again,
   * and both take the same way. (Unless the store or a check was too late for a busy machine.)
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoWaitsForTheAnswerIsNotRefused(boolean shared) throws Exception {
    with(
        shared,
        gateway -> {
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.getPort())) {
            socket.setTcpNoDelay(true);
            BufferedReader answers =
                new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            Load load = Load.NONE;
            for (int i = 0; i < 1000; i++) {
              socket
                  .getOutputStream()
                  .write(
                      "GET /alone HTTP/1.1\r\nhost: any\r\n\r\n"
                          .getBytes(StandardCharsets.US_ASCII));
              load = load.and(status(answers));
            }

            System.err.printf("one after the other, shared %b: %s%n", shared, load);
            assertThat(load.passed()).isGreaterThan(0);
            if (load.uncounted() == 0) {
              assertThat(load.refused()).isZero();
            }
          }
        });
  }

  private static int status(BufferedReader answers) throws IOException {
    String first = answers.readLine();
    int length = 0;
    for (String line = answers.readLine(); !line.isEmpty(); line = answers.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    for (int i = 0; i < length; i++) {
      assertThat(answers.read()).isNotNegative();
    }
    return Integer.parseInt(first.split(" ", 3)[1]);
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
          try (HttpClient http = client().build()) {
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
