// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store that limits are counted in dies, and comes back empty, while clients call through
 * Envoy.
 */
@Timeout(600)
final class SharedStoreOutageIT {
  private static final int LIMIT = 300;
  private static final int CLIENTS = 4;
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration PHASE = Duration.ofSeconds(5);
  private static final Duration ALL = PHASE.multipliedBy(3).plusSeconds(8);

  /**
   * Of a thousand requests, so many may get no decision in the 250 ms that Envoy waits, on a
   * machine that is short of processors.
   */
  private static final int LATE_PER_MILLE = 10;

  @TempDir Path directory;

  /**
   * An answer.
   *
   * @param at when it was there, in nanoseconds of the JVM's clock
   */
  private record Seen(long at, long nanos, int status) {}

  @Test
  void nobodySeesThatTheStoreDies() throws Exception {
    Path policy =
        Files.writeString(
            directory.resolve("policy.yaml"),
            """
            apiVersion: portcullis.dev/v1alpha1
            kind: RateLimitPolicy
            metadata: {name: orders, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: orders}]
              store: {scope: Cluster}
              limits:
              - name: yearly
                key: [source.address]
                match: [{paths: ["/orders"]}]
                quota: {requests: %d, per: Year}
            ---
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiPolicy
            metadata: {name: orders, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: orders}]
              authentication: {methods: [{name: public, anonymous: {}}]}
            """
                .formatted(LIMIT));
    HttpServer api = SampleApi.start(0);
    Requests client = new Requests("127.0.0.1", FreePorts.next());
    int admin = FreePorts.next();
    try (RedisServer redis = RedisServer.start();
        RunningCommand gateway =
            RunningCommand.start(
                directory.resolve("gateway"),
                "gateway",
                "--policies",
                policy.toString(),
                "--service",
                "shop/orders=127.0.0.1:" + api.getAddress().getPort(),
                "--listen",
                "127.0.0.1:" + client.port(),
                "--valkey",
                redis.url(),
                "--admin",
                "127.0.0.1:" + admin);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      gateway.awaitLine(0, "Guarding on http://127.0.0.1:" + client.port());
      gateway.await("the replica signs in", () -> signedIn(redis));
      for (int i = 0; i < 500; i++) {
        assertThat(client.status("GET", "/warm")).isEqualTo(200);
      }
      List<Future<List<Seen>>> calling = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        calling.add(threads.submit(caller(client.port())));
      }
      Thread.sleep(PHASE);
      final long unshared = unshared(admin);
      final long died = System.nanoTime();
      redis.kill();
      Thread.sleep(PHASE);
      final long came = System.nanoTime();
      redis.restart();
      List<Seen> all = new ArrayList<>();
      for (Future<List<Seen>> each : calling) {
        all.addAll(each.get());
      }

      judge(all, died, came, unshared);
    } finally {
      api.stop(0);
    }
  }

  private static void judge(List<Seen> all, long died, long came, long unshared) {
    long late = count(all, seen -> seen.status >= 500);
    long before = p99(all, seen -> seen.at < died);
    long during = p99(all, seen -> seen.at >= died && seen.at < came);
    System.err.printf(
        "%d requests, %d without a decision; p99 while the store is away is %.2f times that"
            + " before%n",
        all.size(), late, (double) during / before);
    assertThat(all)
        .allMatch(seen -> seen.status == 200 || seen.status == 429 || seen.status == 503);
    assertThat(late).isLessThanOrEqualTo(all.size() * LATE_PER_MILLE / 1000);
    assertThat(count(all, seen -> seen.status == 200 && seen.at < died))
        .as("with the store: the limit, and what had no answer of it in time")
        .isBetween((long) LIMIT, LIMIT + unshared);
    assertThat(count(all, seen -> seen.status == 200))
        .as("the limit, the share of the only replica, and the limit of a store that forgot")
        .isBetween(2L * LIMIT, 3L * LIMIT);
  }

  private static long count(List<Seen> all, Predicate<Seen> which) {
    return all.stream().filter(which).count();
  }

  private static long p99(List<Seen> all, Predicate<Seen> which) {
    long[] sorted = all.stream().filter(which).mapToLong(Seen::nanos).sorted().toArray();
    assertThat(sorted).hasSizeGreaterThan(100);
    return sorted[sorted.length * 99 / 100];
  }

  private static Callable<List<Seen>> caller(int port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders"))
            .timeout(Duration.ofSeconds(10))
            .build();
    return () -> {
      List<Seen> seen = new ArrayList<>();
      try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
        long end = System.nanoTime() + ALL.toNanos();
        for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
          int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
          long answered = System.nanoTime();
          seen.add(new Seen(answered, answered - start, status));
          Thread.sleep(PAUSE);
        }
      }
      return seen;
    };
  }

  /** Times that a limit was not counted together. */
  private static long unshared(int admin) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith("portcullis_limiter_unshared_total "))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
          .sum();
    }
  }

  private static boolean signedIn(RedisServer redis) {
    try {
      return redis.ask("ZCARD portcullis:replicas").equals(":1");
    } catch (IOException e) {
      return false;
    }
  }
}
