// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.e2e.Replicas.Replica;
import dev.portcullis.parts.RedisServer;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Four decision services, each a process of its own, count one key over one store. In order: the
 * last tests end one of them each.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class FourProcessesIT {
  private static final int PROCESSES = 4;
  private static final int CALLERS = 8;
  private static final int LIMIT = 40_000;
  private static final int CHECKS = 100_000;
  private static final int FEW = 8_000;
  private static final int RUNS = 3;
  private static final String COMMANDS = "portcullis_valkey_commands_total";
  private static final String LEASED = "portcullis_limiter_leased_total";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** No answer: the process that was asked is dead. */
  private static final int NONE = 0;

  private static final String POLICIES =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: RateLimitPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        store: {scope: Cluster, accuracy: Exact}
        limits:
        - name: yearly
          key: [source.address]
          match: [{paths: ["/orders"]}]
          quota: {requests: %d, per: Year}
        - name: few
          key: [source.address]
          match: [{paths: ["/few"]}]
          quota: {requests: %d, per: Year}
      ---
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication: {methods: [{name: public, anonymous: {}}]}
      ---
      apiVersion: portcullis.dev/v1alpha1
      kind: RateLimitPolicy
      metadata: {name: reports, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: reports}]
        store: {scope: Cluster, accuracy: Leased}
        limits:
        - name: yearly
          key: [source.address]
          quota: {requests: %d, per: Year}
      ---
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: reports, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: reports}]
        authentication: {methods: [{name: public, anonymous: {}}]}
      """
          .formatted(LIMIT, FEW, LIMIT);

  private static final List<Service> SERVICES = new ArrayList<>();
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static RedisServer redis;
  private static Replicas replicas;

  /** One process, and the connection that an Envoy would have to it. */
  private record Service(Replica replica, ManagedChannel channel) {

    /** What it answers: 200 for a check that passes. */
    int status(CheckRequest check) {
      CheckResponse answer =
          AuthorizationGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .check(check);
      return answer.hasOkResponse() ? 200 : answer.getDeniedResponse().getStatus().getCodeValue();
    }
  }

  @BeforeAll
  static void startEverything() throws Exception {
    redis = RedisServer.start();
    replicas =
        Replicas.start(
            PROCESSES,
            POLICIES,
            List.of("shop/orders=127.0.0.1:1", "shop/reports=127.0.0.1:2"),
            "--drain=0",
            "--valkey=" + redis.url(),
            // Five processes on few processors answer late; what is shown here is not how fast.
            "--valkey-timeout=1s");
    for (Replica each : replicas.all()) {
      SERVICES.add(
          new Service(
              each,
              Grpc.newChannelBuilder(
                      "127.0.0.1:" + each.port(), InsecureChannelCredentials.create())
                  .build()));
    }
    replicas.awaitEachOther();
    for (Service each : SERVICES) {
      await()
          .atMost(PATIENCE)
          .until(() -> each.status(check("198.51.100.1", "orders", "/orders")) == 200);
    }
  }

  @AfterAll
  static void endEverything() {
    SERVICES.forEach(each -> each.channel.shutdownNow());
    if (replicas != null) {
      replicas.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  /** Those that no test has ended. */
  private static List<Service> living() {
    return SERVICES.stream().filter(each -> each.replica.process().isAlive()).toList();
  }

  private static CheckRequest check(String address, String service, String path) {
    HeaderMap.Builder headers = HeaderMap.newBuilder();
    Map.of(":authority", service + ".shop", ":path", path, ":method", "GET", ":scheme", "http")
        .forEach((name, value) ->
            headers.addHeaders(HeaderValue.newBuilder().setKey(name).setValue(value)));
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setSource(
                    AttributeContext.Peer.newBuilder()
                        .setAddress(
                            Address.newBuilder()
                                .setSocketAddress(
                                    SocketAddress.newBuilder()
                                        .setAddress(address)
                                        .setPortValue(40_000))))
                .setRequest(
                    AttributeContext.Request.newBuilder()
                        .setHttp(
                            AttributeContext.HttpRequest.newBuilder()
                                .setId("r" + NUMBERS.incrementAndGet())
                                .setMethod("GET")
                                .setPath(path)
                                .setHost(service + ".shop")
                                .setScheme("http")
                                .setProtocol("HTTP/1.1")
                                .setSize(-1)
                                .setHeaderMap(headers)))
                .putContextExtensions("portcullis.route", "shop/" + service))
        .build();
  }

  /** Puts checks for one key to several processes at once. */
  private static final class Callers {
    private final List<Service> services;
    private final String service;
    private final String path;
    private final String address;
    private final int checks;
    private final AtomicInteger answered = new AtomicInteger();

    Callers(List<Service> services, String service, String path, String address, int checks) {
      this.services = services;
      this.service = service;
      this.path = path;
      this.address = address;
      this.checks = checks;
    }

    /** The answers of each process, by status. */
    List<Map<Integer, Integer>> call() throws Exception {
      List<Map<Integer, Integer>> all = new ArrayList<>();
      List<Future<Map<Integer, Integer>>> calling = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Service each : services) {
          for (int caller = 0; caller < CALLERS; caller++) {
            calling.add(threads.submit(() -> callOne(each)));
          }
        }
        for (int i = 0; i < calling.size(); i++) {
          if (i % CALLERS == 0) {
            all.add(new TreeMap<>());
          }
          calling
              .get(i)
              .get()
              .forEach((status, count) -> all.getLast().merge(status, count, Integer::sum));
        }
      }
      return all;
    }

    private Map<Integer, Integer> callOne(Service asked) {
      Map<Integer, Integer> seen = new TreeMap<>();
      for (int i = 0; i < checks / (services.size() * CALLERS); i++) {
        int status = NONE;
        try {
          status = asked.status(check(address, service, path));
        } catch (StatusRuntimeException e) {
          assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
        seen.merge(status, 1, Integer::sum);
        answered.incrementAndGet();
      }
      return seen;
    }
  }

  private static Map<Integer, Integer> together(List<Map<Integer, Integer>> each) {
    Map<Integer, Integer> all = new TreeMap<>();
    each.forEach(one -> one.forEach((status, count) -> all.merge(status, count, Integer::sum)));
    return all;
  }

  @Test
  @Order(1)
  void admitExactlyTheLimit() throws Exception {
    List<Map<Integer, Integer>> seen = List.of();
    // A machine that stands still for a second makes a replica count by itself; then it is no
    // proof.
    double alone = 1;
    for (int run = 1; run <= RUNS && alone > 0; run++) {
      double before = countedAlone(SERVICES);
      seen = new Callers(SERVICES, "orders", "/orders", "192.0.2." + run, CHECKS).call();
      alone = countedAlone(SERVICES) - before;
    }

    assertThat(alone).as("nothing was counted but by the store").isZero();
    assertThat(together(seen)).isEqualTo(Map.of(200, LIMIT, 429, CHECKS - LIMIT));
    assertThat(seen).as("all of them admit and refuse").allMatch(one -> one.size() == 2);
    for (Service each : SERVICES) {
      assertThat(each.replica.metric(LEASED)).isZero();
    }
  }

  /** How often limits were not counted together, by any of some processes. */
  private static double countedAlone(List<Service> processes) {
    return sum(processes, "portcullis_limiter_unshared_total");
  }

  private static double sum(List<Service> processes, String metric) {
    return Replicas.sum(processes.stream().map(Service::replica).toList(), metric);
  }

  /** What it has charged stays charged: nobody gains by it, and lost is what it was working on. */
  @Test
  @Order(2)
  void oneThatIsKilledTakesAlongWhatItWorksOn() throws Exception {
    Callers callers = new Callers(SERVICES, "orders", "/few", "192.0.2.7", 2 * FEW);
    Service victim = SERVICES.getFirst();
    Thread killer =
        Thread.startVirtualThread(() -> {
          await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(5))
              .until(() -> callers.answered.get() > FEW / 4);
          victim.replica.process().kill();
        });

    double before = countedAlone(SERVICES.subList(1, PROCESSES));
    List<Map<Integer, Integer>> seen = callers.call();
    killer.join();

    assertThat(victim.replica.process().isAlive()).isFalse();
    assertThat(together(seen)).containsOnlyKeys(NONE, 200, 429);
    assertThat(together(seen).get(200)).isBetween(FEW - CALLERS, FEW);
    assertThat(seen.getFirst()).as("of the dead").containsKeys(NONE, 200);
    assertThat(countedAlone(SERVICES.subList(1, PROCESSES))).isEqualTo(before);
  }

  /**
   * One that is told to end hands back what it had leased, so the others admit all of the limit:
   * but for a check of each of its callers, of which nobody heard whether it passed.
   */
  @Test
  @Order(3)
  void oneThatEndsHandsBackWhatItLeased() throws Exception {
    List<Service> services = living();
    Reports reports = new Reports("192.0.2.10");
    for (int run = 1; ; run++) {
      double before = countedAlone(services.subList(1, services.size()));
      reports.useUp(services);
      if (countedAlone(services.subList(1, services.size())) == before) {
        break;
      }
      // As above; the next run has one process less.
      services = services.subList(1, services.size());
      assertThat(services).as("nothing was counted but by the store").hasSizeGreaterThan(1);
      reports = new Reports("192.0.2.1" + run);
    }

    assertThat(reports.admitted).isBetween(LIMIT - CALLERS, LIMIT);
  }

  /** One client of the limit that may be leased. */
  private static final class Reports {
    private static final int ROUNDS = 30;
    private static final int ROUND = 320;

    /** What is leased goes back after half a second, and a refusal is remembered for one. */
    private static final Duration ALL_IS_BACK = Duration.ofSeconds(2);

    private final String address;
    private int admitted;

    Reports(String address) {
      this.address = address;
    }

    /** The first of the services is told to end in the midst of it. */
    void useUp(List<Service> services) throws Exception {
      askSeldom(services);
      endFirst(services);
      List<Service> rest = services.subList(1, services.size());
      final int atOnce = admitted;
      int passed = 1;
      for (int round = 0; passed > 0 && admitted < LIMIT && round < ROUNDS; round++) {
        Thread.sleep(ALL_IS_BACK);
        passed = passed(callers(rest, ROUND).call());
        admitted += passed;
      }
      System.err.printf(
          "leased: %d of %d admitted, %d of them after what was leased was back%n",
          admitted, LIMIT, admitted - atOnce);
    }

    private Callers callers(List<Service> services, int checks) {
      return new Callers(services, "reports", "/", address, checks);
    }

    private static int passed(List<Map<Integer, Integer>> seen) {
      return together(seen).getOrDefault(200, 0);
    }

    private void askSeldom(List<Service> services) throws Exception {
      double leasedBefore = sum(services, LEASED);
      double askedBefore = sum(services, COMMANDS);
      List<Map<Integer, Integer>> seen = callers(services, LIMIT / 2).call();
      int checks = together(seen).values().stream().mapToInt(count -> count).sum();
      double leased = sum(services, LEASED) - leasedBefore;
      double asked = sum(services, COMMANDS) - askedBefore;
      System.err.printf(
          "leased: %d processes, %d checks, %.3f questions for each%n",
          services.size(), checks, asked / checks);
      assertThat(together(seen)).isEqualTo(Map.of(200, checks));
      assertThat(leased).isGreaterThan(checks / 2.0);
      assertThat(asked).isLessThan(checks / 2.0);
      admitted += checks;
    }

    private void endFirst(List<Service> services) throws Exception {
      Callers callers = callers(services, LIMIT);
      ProcessHandle leaver =
          ProcessHandle.of(services.getFirst().replica.process().pid()).orElseThrow();
      Thread terminator =
          Thread.startVirtualThread(() -> {
            await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> callers.answered.get() > LIMIT / 8);
            leaver.destroy();
          });
      List<Map<Integer, Integer>> seen = callers.call();
      terminator.join();
      await().atMost(PATIENCE).until(() -> !leaver.isAlive());
      assertThat(together(seen)).containsKey(200);
      assertThat(seen.getFirst()).as("of the one that ends").containsKeys(NONE, 200);
      admitted += passed(seen);
    }
  }
}
