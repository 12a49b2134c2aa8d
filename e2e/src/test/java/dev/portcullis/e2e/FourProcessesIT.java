// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.cli.gateway.GatewayPolicies;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownTrust;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.parts.ScratchDirectory;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
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
 * last test kills one of them.
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
  private static final String UNSHARED = "portcullis_limiter_unshared_total ";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** No answer: the process that was asked is dead. */
  private static final int NONE = 0;

  private static final String POLICY =
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
      """
          .formatted(LIMIT, FEW);

  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-four-");
  private static final ProcessGroup GROUP = new ProcessGroup(SCRATCH.path());
  private static final List<Service> SERVICES = new ArrayList<>();
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static RedisServer redis;

  /** One process, and the connection that an Envoy would have to it. */
  private record Service(ChildProcess process, int admin, ManagedChannel channel) {

    /** What it answers: 200 for a check that passes. */
    int status(CheckRequest check) {
      CheckResponse answer =
          AuthorizationGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .check(check);
      return answer.hasOkResponse() ? 200 : answer.getDeniedResponse().getStatus().getCodeValue();
    }

    List<String> metrics() throws Exception {
      try (HttpClient http = HttpClient.newHttpClient()) {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofLines())
            .body()
            .toList();
      }
    }
  }

  @BeforeAll
  static void startEverything() throws Exception {
    redis = RedisServer.start();
    Path policies = SCRATCH.write("policies.yaml", POLICY);
    GatewayPolicies.Reading read =
        new GatewayPolicies(
                List.of(policies),
                List.of(GuardedService.parse("shop/orders=127.0.0.1:1")),
                new KnownTrust.NoTls())
            .read()
            .orElseThrow();
    assertThat(read.diagnostics()).isEmpty();
    CompileResult plan = read.result();
    Path directory = SCRATCH.path().resolve("plan");
    new PlanDirectory(directory)
        .write(
            new PlanSnapshot(List.copyOf(plan.routes().values()), List.of()),
            plan.secrets().values(),
            plan.lists().values());
    List<Callable<Service>> starts = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      String name = "ext-authz-server-" + i;
      starts.add(() -> start(name, directory));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Service> each : threads.invokeAll(starts)) {
        SERVICES.add(each.get());
      }
    }
    for (Service each : SERVICES) {
      await()
          .atMost(PATIENCE)
          .until(() ->
              each.metrics().contains("portcullis_limiter_replicas " + PROCESSES + ".0")
                  && each.status(check("198.51.100.1", "/orders")) == 200);
    }
  }

  private static Service start(String name, Path plan) {
    int port = FreePorts.next();
    int admin = FreePorts.next();
    List<String> command =
        Program.EXT_AUTHZ_SERVER.command(
            "--listen=127.0.0.1:" + port,
            "--admin=127.0.0.1:" + admin,
            "--plan-dir=" + plan,
            "--decision-log=none",
            "--drain=0",
            "--valkey=" + redis.url(),
            // Five processes on few processors answer late; what is shown here is not how fast.
            "--valkey-timeout=1s");
    command.add(1, "-Xmx256m");
    ChildProcess process = GROUP.start(name, command, () -> Answers.ready(admin));
    return new Service(
        process,
        admin,
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build());
  }

  @AfterAll
  static void endEverything() {
    SERVICES.forEach(each -> each.channel.shutdownNow());
    GROUP.close();
    if (redis != null) {
      redis.close();
    }
    SCRATCH.close();
  }

  private static CheckRequest check(String address, String path) {
    HeaderMap.Builder headers = HeaderMap.newBuilder();
    Map.of(":authority", "orders.shop", ":path", path, ":method", "GET", ":scheme", "http")
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
                                .setHost("orders.shop")
                                .setScheme("http")
                                .setProtocol("HTTP/1.1")
                                .setSize(-1)
                                .setHeaderMap(headers)))
                .putContextExtensions("portcullis.route", "shop/orders"))
        .build();
  }

  /** Puts checks for one key to all processes at once. */
  private static final class Callers {
    private final String path;
    private final String address;
    private final int checks;
    private final AtomicInteger answered = new AtomicInteger();

    Callers(String path, String address, int checks) {
      this.path = path;
      this.address = address;
      this.checks = checks;
    }

    /** The answers of each process, by status. */
    List<Map<Integer, Integer>> call() throws Exception {
      List<Map<Integer, Integer>> all = new ArrayList<>();
      List<Future<Map<Integer, Integer>>> calling = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Service service : SERVICES) {
          for (int caller = 0; caller < CALLERS; caller++) {
            calling.add(threads.submit(() -> callOne(service)));
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

    private Map<Integer, Integer> callOne(Service service) {
      Map<Integer, Integer> seen = new TreeMap<>();
      for (int i = 0; i < checks / (PROCESSES * CALLERS); i++) {
        int status = NONE;
        try {
          status = service.status(check(address, path));
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
      seen = new Callers("/orders", "192.0.2." + run, CHECKS).call();
      alone = countedAlone(SERVICES) - before;
    }

    assertThat(alone).as("nothing was counted but by the store").isZero();
    assertThat(together(seen)).isEqualTo(Map.of(200, LIMIT, 429, CHECKS - LIMIT));
    assertThat(seen).as("all of them admit and refuse").allMatch(one -> one.size() == 2);
    for (Service each : SERVICES) {
      assertThat(each.metrics()).contains("portcullis_limiter_leased_total 0.0");
    }
  }

  /** How often limits were not counted together, by any of some processes. */
  private static double countedAlone(List<Service> processes) throws Exception {
    double all = 0;
    for (Service each : processes) {
      for (String line : each.metrics()) {
        if (line.startsWith(UNSHARED)) {
          all += Double.parseDouble(line.substring(UNSHARED.length()));
        }
      }
    }
    return all;
  }

  /** What it has charged stays charged: nobody gains by it, and lost is what it was working on. */
  @Test
  @Order(2)
  void oneThatIsKilledTakesAlongWhatItWorksOn() throws Exception {
    Callers callers = new Callers("/few", "192.0.2.7", 2 * FEW);
    Service victim = SERVICES.getFirst();
    Thread killer =
        Thread.startVirtualThread(() -> {
          await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(5))
              .until(() -> callers.answered.get() > FEW / 4);
          victim.process.kill();
        });

    double before = countedAlone(SERVICES.subList(1, PROCESSES));
    List<Map<Integer, Integer>> seen = callers.call();
    killer.join();

    assertThat(victim.process.isAlive()).isFalse();
    assertThat(together(seen)).containsOnlyKeys(NONE, 200, 429);
    assertThat(together(seen).get(200)).isBetween(FEW - CALLERS, FEW);
    assertThat(seen.getFirst()).as("of the dead").containsKeys(NONE, 200);
    assertThat(countedAlone(SERVICES.subList(1, PROCESSES))).isEqualTo(before);
  }
}
