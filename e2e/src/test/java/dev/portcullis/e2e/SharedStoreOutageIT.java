// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.parts.RedisServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/*
 * Two limits apply to each request. "yearly" is used up soon for each client, and is what must not
 * be exceeded. "often" never is: so each request asks the store, also when the refusal of the other
 * one is remembered, and each request feels it when the store is away. Counters of the decision
 * services prove that.
 *
 * There are three clients. The first uses its limit up while the store is there. The second is in
 * the midst of that when the store dies. The third comes while the store is away.
 */
/**
 * The store that two decision services count in dies, and comes back empty, while clients call
 * through Envoy.
 */
@Timeout(600)
final class SharedStoreOutageIT {
  private static final int REPLICAS = 2;
  private static final int LIMIT = 300;
  private static final int CALLERS = 4;
  private static final int RUNS = 3;
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration PHASE = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String UNSHARED = "portcullis_limiter_unshared_total";

  /** A machine that stands still for a moment may end a session while the store is there. */
  private static final List<String> ASKED = List.of("portcullis_valkey_commands_total", UNSHARED);

  /** Checks that Envoy did not wait for any longer. */
  private static final String LATE = "upstream_rq_timeout";

  private static final String POLICIES =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: RateLimitPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        store: {scope: Cluster}
        limits:
        - name: often
          key: [source.address]
          rate: {requests: 100000, per: 1s}
        - name: yearly
          key: ['request.headers["x-client"]']
          quota: {requests: %d, per: Year}
      ---
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication: {methods: [{name: public, anonymous: {}}]}
      """
          .formatted(LIMIT);

  /**
   * An answer.
   *
   * @param at when it was there, in nanoseconds of the JVM's clock
   */
  private record Seen(String client, long at, long nanos, int status) {}

  /** When the store died, when it was started again, and when it was asked again. */
  private record Outage(long died, long began, long ended, long asked) {}

  /** Everybody calls as the same client, one request after the other. */
  private static final class Callers implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<List<Seen>>> calling = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger admitted = new AtomicInteger();
    private final URI uri;
    private volatile String client;
    private volatile boolean ends;

    Callers(URI uri, String client) {
      this.uri = uri;
      this.client = client;
      for (int i = 0; i < CALLERS; i++) {
        calling.add(threads.submit(call()));
      }
    }

    private Callable<List<Seen>> call() {
      return () -> {
        List<Seen> seen = new ArrayList<>();
        try (HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
          while (!ends) {
            String me = client;
            HttpRequest request =
                HttpRequest.newBuilder(uri)
                    .header("x-client", me)
                    .timeout(Duration.ofSeconds(10))
                    .build();
            long start = System.nanoTime();
            int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            long at = System.nanoTime();
            seen.add(new Seen(me, at, at - start, status));
            answered.incrementAndGet();
            if (status == 200) {
              admitted.incrementAndGet();
            }
            Thread.sleep(PAUSE);
          }
        }
        return seen;
      };
    }

    /** Calls for a while, and until so much is answered that a limit must be used up. */
    void goOn() throws InterruptedException {
      int before = answered.get();
      Thread.sleep(PHASE);
      await().atMost(PATIENCE).until(() -> answered.get() - before > 4 * LIMIT);
    }

    List<Seen> end() throws Exception {
      ends = true;
      List<Seen> all = new ArrayList<>();
      for (Future<List<Seen>> each : calling) {
        all.addAll(each.get());
      }
      return all;
    }

    @Override
    public void close() {
      ends = true;
      threads.close();
    }
  }

  @Test
  void nobodySeesThatTheStoreDies() throws Exception {
    HttpServer api = SampleApi.start(0);
    try (RedisServer redis = RedisServer.start();
        Replicas replicas =
            Replicas.start(
                REPLICAS,
                POLICIES,
                List.of("shop/orders=127.0.0.1:" + api.getAddress().getPort()),
                "--valkey=" + redis.url())) {
      URI uri = replicas.guard().resolve("/orders");
      replicas.awaitEachOther();
      try (Callers warm = new Callers(uri, "warm")) {
        warm.goOn();
        warm.client = "warmer";
        warm.goOn();
        warm.end();
      }
      // A machine that stands still for a quarter of a second makes Envoy refuse what it has no
      // decision about; then it is no proof. What does so by itself does it each time.
      long late = 1;
      for (int run = 1; run <= RUNS && late > 0; run++) {
        late = withoutDecision(run, uri, redis, replicas);
      }
      assertThat(late).as("requests without a decision").isZero();
    } finally {
      api.stop(0);
    }
  }

  private static long withoutDecision(int run, URI uri, RedisServer redis, Replicas replicas)
      throws Exception {
    final String first = "first-" + run;
    final String second = "second-" + run;
    final String third = "third-" + run;
    final double lateBefore = replicas.asked(LATE);
    final double alone = Replicas.sum(replicas.all(), UNSHARED);
    try (Callers callers = new Callers(uri, first)) {
      Growth questions = new Growth(ASKED, replicas, callers);
      callers.goOn();
      final double each = questions.perRequest();
      int admitted = callers.admitted.get();
      callers.client = second;
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> callers.admitted.get() - admitted > LIMIT / 2);
      final long unshared = (long) (Replicas.sum(replicas.all(), UNSHARED) - alone);
      final long died = System.nanoTime();
      redis.kill();
      final long began = System.nanoTime();
      Growth missed = new Growth(List.of(UNSHARED), replicas, callers);
      callers.goOn();
      callers.client = third;
      callers.goOn();
      missed.perRequest();
      callers.client = second;
      final long ended = System.nanoTime();
      redis.restart();
      await()
          .atMost(PATIENCE)
          .until(() -> Replicas.sum(replicas.all(), "portcullis_valkey_connected") == REPLICAS);
      final long asked = System.nanoTime();
      Growth again = new Growth(ASKED, replicas, callers);
      callers.goOn();
      again.perRequest();
      List<Seen> all = callers.end();
      Outage outage = new Outage(died, began, ended, asked);

      long late = count(all, seen -> seen.status >= 500);
      report(run, all, outage, late, each);
      assertThat(all)
          .allMatch(seen -> seen.status == 200 || seen.status == 429 || seen.status == 503);
      assertThat((double) late)
          .as("nothing but Envoy, which did not wait any longer, answers 503")
          .isLessThanOrEqualTo(replicas.asked(LATE) - lateBefore);
      // Too late for Envoy, a charge stays made; too late for the decision service, its share of
      // the limit is used before the outage.
      assertThat(count(all, seen -> seen.client.equals(first) && seen.status == 200))
          .as("with the store: the limit, and what had no answer of it in time")
          .isBetween(LIMIT - late, Math.min(LIMIT + unshared, 2L * LIMIT));
      List<Seen> seconds =
          all.stream().filter(seen -> seen.client.equals(second) && seen.status == 200).toList();
      assertThat(count(seconds, seen -> seen.at < ended))
          .as("the limit, and the shares of all replicas, which are as much")
          .isBetween(3L * LIMIT / 2 - late - unshared, 2L * LIMIT);
      assertThat((long) seconds.size())
          .as("and the limit of a store that forgot")
          .isBetween(5L * LIMIT / 2 - late - unshared, 3L * LIMIT);
      assertThat(count(all, seen -> seen.client.equals(third) && seen.status == 200))
          .as("the shares alone")
          .isBetween(LIMIT - late, (long) LIMIT);
      return late;
    }
  }

  /** Counters of the decision services that grow by one for each request, if not by more. */
  private static final class Growth {
    private final List<String> metrics;
    private final Replicas replicas;
    private final Callers callers;
    private final double before;
    private final int answered;

    Growth(List<String> metrics, Replicas replicas, Callers callers) {
      this.metrics = metrics;
      this.replicas = replicas;
      this.callers = callers;
      this.before = sum();
      this.answered = callers.answered.get();
    }

    double perRequest() {
      int requests = callers.answered.get() - answered;
      double grown = sum() - before;
      // Those that were under way at first may have been counted before.
      assertThat(grown).as("%s", metrics).isGreaterThanOrEqualTo(requests - CALLERS);
      return grown / requests;
    }

    private double sum() {
      return metrics.stream().mapToDouble(each -> Replicas.sum(replicas.all(), each)).sum();
    }
  }

  private static void report(int run, List<Seen> all, Outage outage, long late, double each) {
    double[] p50 = millis(all, outage, 50);
    double[] p99 = millis(all, outage, 99);
    System.err.printf(
        "run %d: %d requests, %d without a decision, %.2f questions for each before the outage;"
            + " before, in and after it p50 %.2f, %.2f, %.2f ms, p99 %.2f, %.2f, %.2f ms;"
            + " p99 in it is %.2f times that before and %.2f times that after%n",
        run,
        all.size(),
        late,
        each,
        p50[0],
        p50[1],
        p50[2],
        p99[0],
        p99[1],
        p99[2],
        p99[1] / p99[0],
        p99[1] / p99[2]);
  }

  /** Before the outage, in it and after it: so many percent were faster. */
  private static double[] millis(List<Seen> all, Outage outage, int percent) {
    return new double[] {
      millis(all, seen -> seen.at < outage.died, percent),
      millis(all, seen -> seen.at >= outage.began && seen.at < outage.ended, percent),
      millis(all, seen -> seen.at >= outage.asked, percent)
    };
  }

  private static long count(List<Seen> all, Predicate<Seen> which) {
    return all.stream().filter(which).count();
  }

  private static double millis(List<Seen> all, Predicate<Seen> which, int percent) {
    long[] sorted = all.stream().filter(which).mapToLong(Seen::nanos).sorted().toArray();
    assertThat(sorted).hasSizeGreaterThan(100);
    return sorted[sorted.length * percent / 100] / 1e6;
  }
}
