// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Decision services that count together over a real store, asked as Envoy asks. */
@Timeout(180)
final class SharedLimitsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration DAY = Duration.ofHours(24);
  private static final String ROUTE = "shop/orders";
  private static final int CALLERS = 8;

  @TempDir Path directory;

  private RedisServer redis;
  private final AtomicLong nextId = new AtomicLong();
  private final List<Replica> replicas = new ArrayList<>();

  private record Replica(RunningServer server, Client client) {}

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    for (Replica each : replicas) {
      each.client.close();
      each.server.close();
    }
    redis.close();
  }

  private void replicas(int count, Allowance allowance, OnStoreFailure reaction) throws Exception {
    new PlanDirectory(directory)
        .writePlan(new PlanSnapshot(List.of(Plans.sharing(ROUTE, allowance, reaction)), List.of()));
    for (int i = 0; i < count; i++) {
      RunningServer server =
          RunningServer.start(
              TestConfig.of(directory).streams(200).maxWaiting(512).valkey(redis.url()).make(),
              StandardEngine::make,
              _ -> {});
      replicas.add(new Replica(server, new Client(server.grpcPort())));
    }
    for (Replica each : replicas) {
      awaitMetric(each, "portcullis_valkey_connected 1.0");
      awaitMetric(each, "portcullis_limiter_replicas " + count + ".0");
      await().atMost(PATIENCE).until(() -> Client.status(each.client.check(stranger())) == 200);
    }
  }

  private static String metrics(Replica replica) throws Exception {
    return Client.get(replica.server.adminPort(), "/metrics").body();
  }

  private static void awaitMetric(Replica replica, String line) {
    await().atMost(PATIENCE).until(() -> metrics(replica).contains(line));
  }

  private CheckRequest request(String address) {
    CheckRequest.Builder check = Checks.of(ROUTE, "/orders").toBuilder();
    check
        .getAttributesBuilder()
        .getRequestBuilder()
        .getHttpBuilder()
        .setId("r" + nextId.incrementAndGet());
    check
        .getAttributesBuilder()
        .getSourceBuilder()
        .getAddressBuilder()
        .getSocketAddressBuilder()
        .setAddress(address);
    return check.build();
  }

  /** Whose requests nobody counts here. */
  private CheckRequest stranger() {
    return request("198.51.100." + nextId.incrementAndGet() % 250);
  }

  /** Callers of all replicas, each of which sends so many requests; the answers by status. */
  private Map<Integer, Integer> call(int each, long pauseNanos) throws Exception {
    List<Callable<Map<Integer, Integer>>> callers = new ArrayList<>();
    for (Replica replica : replicas) {
      for (int caller = 0; caller < CALLERS; caller++) {
        callers.add(() -> {
          Map<Integer, Integer> seen = new TreeMap<>();
          for (int i = 0; i < each; i++) {
            seen.merge(Client.status(replica.client.check(request("192.0.2.7"))), 1, Integer::sum);
            LockSupport.parkNanos(pauseNanos);
          }
          return seen;
        });
      }
    }
    Map<Integer, Integer> all = new TreeMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Map<Integer, Integer>> caller : threads.invokeAll(callers)) {
        caller.get().forEach((status, count) -> all.merge(status, count, Integer::sum));
      }
    }
    return all;
  }

  @Test
  void fourReplicasAdmitExactlyTheLimit() throws Exception {
    replicas(
        4, new Allowance.Quota(30_000, Period.YEAR, ZoneId.of("UTC")), OnStoreFailure.LOCAL_SHARE);
    int each = 100_000 / (4 * CALLERS);

    Map<Integer, Integer> seen = call(each, 0);

    assertThat(seen).isEqualTo(Map.of(200, 30_000, 429, 70_000));
    for (Replica replica : replicas) {
      assertThat(metrics(replica))
          .contains("portcullis_limiter_unshared_total 0.0")
          .contains("portcullis_top_client_requests{by=\"address\",name=\"192.0.2.7\"}")
          .contains("portcullis_top_client_refusals{by=\"address\",name=\"192.0.2.7\"}");
    }
    assertThat(List.of(marks(80), marks(100)))
        .as("one of all requests takes the quota past each mark")
        .containsExactly(1.0, 1.0);
  }

  /** How many requests took a quota past a mark, by all replicas. */
  private double marks(int percent) throws Exception {
    String series =
        "portcullis_route_quota_marks_total{percent=\"%d\",route=\"%s\"} "
            .formatted(percent, ROUTE);
    double sum = 0;
    for (Replica replica : replicas) {
      String line =
          metrics(replica)
              .lines()
              .filter(each -> each.startsWith(series))
              .findFirst()
              .orElseThrow();
      sum += Double.parseDouble(line.substring(series.length()));
    }
    return sum;
  }

  /** A store that dies and comes back empty under load: nobody sees an error. */
  @Test
  void withoutTheStoreEachCountsItsShare() throws Exception {
    replicas(2, new Allowance.Rate(400, DAY, 399), OnStoreFailure.LOCAL_SHARE);
    assertThat(call(10, 0)).isEqualTo(Map.of(200, 160));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Map<Integer, Integer>> during = threads.submit(() -> call(200, 5_000_000));
      redis.kill();
      for (Replica each : replicas) {
        awaitMetric(each, "portcullis_valkey_connected 0.0");
      }
      Map<Integer, Integer> seen = during.get();

      assertThat(seen).containsOnlyKeys(200, 429);
      // What the store had left when it died, and a share each.
      assertThat(seen.get(200)).isBetween(400, 400 + 240);
    }
    redis.restart();
    for (Replica each : replicas) {
      awaitMetric(each, "portcullis_valkey_connected 1.0");
    }
    assertThat(call(100, 0)).as("the store counts anew").isEqualTo(Map.of(200, 400, 429, 1200));
    assertThat(metrics(replicas.getFirst()))
        .doesNotContain("portcullis_limiter_unshared_total 0.0");
  }

  @Test
  void whoWantsItSoLetsNobodyInWithoutTheStore() throws Exception {
    replicas(1, new Allowance.Rate(400, DAY, 399), OnStoreFailure.DENY);
    redis.kill();
    awaitMetric(replicas.getFirst(), "portcullis_valkey_connected 0.0");
    assertThat(call(3, 0)).containsOnlyKeys(503);
    redis.restart();
    awaitMetric(replicas.getFirst(), "portcullis_valkey_connected 1.0");
    assertThat(call(3, 0)).containsOnlyKeys(200);
  }

  @Test
  void whoWantsItSoLetsAllInWithoutTheStore() throws Exception {
    replicas(1, new Allowance.Rate(5, DAY, 4), OnStoreFailure.ALLOW);
    redis.kill();
    awaitMetric(replicas.getFirst(), "portcullis_valkey_connected 0.0");
    assertThat(call(3, 0)).containsOnlyKeys(200);
  }

  /** Who fills the store must not thereby be counted by nobody, also where outages allow it. */
  @ParameterizedTest
  @EnumSource(names = "DENY", mode = EnumSource.Mode.EXCLUDE)
  void whileTheStoreHasNoRoomEachCountsItsShare(OnStoreFailure reaction) throws Exception {
    replicas(2, new Allowance.Rate(40, DAY, 39), reaction);
    redis.ask("CONFIG SET maxmemory 1");

    assertThat(call(10, 0)).isEqualTo(Map.of(200, 40, 429, 120));

    for (Replica each : replicas) {
      assertThat(metrics(each))
          .contains("portcullis_valkey_connected 1.0")
          .contains("portcullis_valkey_writable 0.0");
    }
    redis.ask("CONFIG SET maxmemory 0");
    assertThat(call(10, 0)).as("the store has counted none").isEqualTo(Map.of(200, 40, 429, 120));
    for (Replica each : replicas) {
      awaitMetric(each, "portcullis_valkey_writable 1.0");
    }
  }

  @Test
  void whoWantsItSoLetsNobodyInWhileTheStoreHasNoRoom() throws Exception {
    replicas(1, new Allowance.Rate(400, DAY, 399), OnStoreFailure.DENY);
    redis.ask("CONFIG SET maxmemory 1");
    assertThat(call(3, 0)).containsOnlyKeys(503);
    redis.ask("CONFIG SET maxmemory 0");
    assertThat(call(3, 0)).containsOnlyKeys(200);
  }

  @Test
  void aReplicaThatWasGivenNoStoreSaysSo() throws Exception {
    replicas(1, new Allowance.Rate(5, DAY, 4), OnStoreFailure.LOCAL_SHARE);
    assertThat(metrics(replicas.getFirst())).contains("portcullis_limiter_storeless_routes 0.0");

    RunningServer server =
        RunningServer.start(TestConfig.of(directory).make(), StandardEngine::make, _ -> {});
    Replica alone = new Replica(server, new Client(server.grpcPort()));
    replicas.add(alone);
    awaitMetric(alone, "portcullis_limiter_storeless_routes 1.0");
  }
}
