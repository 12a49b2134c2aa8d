// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.e2e.EdgeAndPod.Exposed;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A gateway looks after services behind sidecars. What a sidecar does itself is no overload of the
 * service, and what the service does is one, whatever it says.
 */
@Timeout(300)
final class TwoHopsOverloadIT {
  private static final int CALLERS = 24;
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Longer than {@code latency}. */
  private static final Duration SLOW = Duration.ofSeconds(4);

  /** Longer than Envoy waits before it tells of what goes on. */
  private static final Duration HANGING = Duration.ofSeconds(20);

  /**
   * Who was answered later than this was held. Where three of so many callers pass in a second,
   * each waits for more than seven: longer than Envoy waits before it tells of what goes on.
   */
  private static final Duration HELD = Duration.ofSeconds(4);

  private static final String ACTED = "x-portcullis-acted";

  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static final List<ApiKeyText> KEYS =
      Stream.generate(() -> ApiKeyText.generate(new SecureRandom())).limit(CALLERS).toList();
  private static final List<HttpServer> APPLICATIONS = new ArrayList<>();
  private static Exposed refuses;
  private static Exposed holds;
  private static Exposed hangs;
  private static Exposed denies;
  private static Exposed boasts;
  private static EdgeAndPod hops;

  /** What callers got. */
  private static final class Seen {
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger undecided = new AtomicInteger();
    private final AtomicInteger gaveWay = new AtomicInteger();
    private final Queue<String> others = new ConcurrentLinkedQueue<>();

    /** What the service's answers say of its guard. */
    private final Set<String> acted = ConcurrentHashMap.newKeySet();

    private void count(String answer, Duration took) {
      if (answer.startsWith("HTTP/1.1 200")) {
        (took.compareTo(HELD) < 0 ? served : late).incrementAndGet();
        addActed(answer);
      } else if (answer.contains("https://portcullis.dev/problems/overloaded")) {
        gaveWay.incrementAndGet();
      } else if (answer.contains("https://portcullis.dev/problems/unavailable")) {
        undecided.incrementAndGet();
      } else if (answer.startsWith("HTTP/1.1 503") && answer.endsWith("\r\n\r\n")) {
        failed.incrementAndGet();
        addActed(answer);
      } else {
        others.add(answer);
      }
    }

    private void addActed(String answer) {
      answer.lines().filter(line -> line.startsWith(ACTED)).forEach(acted::add);
    }

    @Override
    public String toString() {
      return "%s served, %s late, %s failed, %s undecided, %s gave way, others %s"
          .formatted(served, late, failed, undecided, gaveWay, others);
    }
  }

  @BeforeAll
  static void startEverything() throws Exception {
    refuses = application("refuses");
    holds = application("holds");
    hangs = application("hangs");
    denies = application("denies");
    boasts = application("boasts");
    List<Exposed> services = List.of(refuses, holds, hangs, denies, boasts);
    // Nobody listens there, so a limit that is counted together cannot be.
    String store = "--valkey=valkey://127.0.0.1:" + FreePorts.next();
    hops = EdgeAndPod.start(services, policies(services), store);
    for (Exposed service : services) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> assertThat(get(service, "/", 0)).startsWith("HTTP/1.1 200"));
    }
  }

  @AfterAll
  static void endEverything() {
    if (hops != null) {
      hops.close();
    }
    APPLICATIONS.forEach(application -> application.stop(0));
    THREADS.shutdownNow();
  }

  /** Each service has a port of its own. */
  private static Exposed application(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    APPLICATIONS.add(server);
    server.setExecutor(THREADS);
    server.createContext("/", TwoHopsOverloadIT::answer);
    server.start();
    return new Exposed(name, server.getAddress().getPort());
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status = 200;
      switch (exchange.getRequestURI().getPath()) {
        case "/hang" -> Thread.sleep(HANGING);
        case "/slow" -> Thread.sleep(SLOW);
        case "/slow-as-if-held" -> {
          Thread.sleep(SLOW);
          exchange.getResponseHeaders().set(ACTED, "held=60000");
        }
        case "/fail" -> status = 503;
        case "/fail-as-if-refused" -> {
          status = 503;
          exchange.getResponseHeaders().set(ACTED, "refused");
        }
        default -> {}
      }
      exchange.sendResponseHeaders(status, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String policies(List<Exposed> services) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < CALLERS; i++) {
      text.append(
          """
          apiVersion: portcullis.dev/v1alpha1
          kind: ApiKey
          metadata: {name: caller-%1$d, namespace: shop, labels: {api: shop}}
          spec: {id: "%2$s", sha256: "%3$s", client: caller-%1$d}
          ---
          """
              .formatted(i, KEYS.get(i).id(), KEYS.get(i).sha256()));
    }
    for (Exposed service : services) {
      text.append(
          """
          apiVersion: portcullis.dev/v1alpha1
          kind: ApiPolicy
          metadata: {name: %1$s, namespace: shop}
          spec:
            targetRefs: [{kind: Service, name: %1$s}]
            transport: {mtls: Strict}
            authentication:
              methods: [{name: keys, apiKey: {selector: {matchLabels: {api: shop}}}}]
            audit: {sample: 1.0}
          ---
          apiVersion: portcullis.dev/v1alpha1
          kind: RateLimitPolicy
          metadata: {name: %1$s, namespace: shop}
          spec:
            targetRefs: [{kind: Service, name: %1$s}]
            overload: {latency: 2s, floor: 5, period: 3s}
          %2$s---
          """
              .formatted(service.name(), inThePod(service).indent(2)));
    }
    return text.toString();
  }

  /** Limits that apply where the gateway stands in front, which is in the sidecar. */
  private static String inThePod(Exposed service) {
    if (service.equals(refuses)) {
      return """
      store: {scope: Cluster, onStoreFailure: Deny}
      limits:
      - name: in-the-pod
        match: [{paths: ["/refused"]}]
        when: source.principal == "%s"
        key: [source.address]
        rate: {requests: 1000, per: 1s}
      """
          .formatted(EdgeAndPod.GATEWAY);
    }
    if (service.equals(holds)) {
      return """
      limits:
      - name: in-the-pod
        match: [{paths: ["/held"]}]
        when: source.principal == "%s"
        key: [source.address]
        rate: {requests: 3, per: 1s, burst: 0}
        action: Delay
        maxDelay: 10s
      """
          .formatted(EdgeAndPod.GATEWAY);
    }
    return "";
  }

  @Test
  void aSidecarThatRefusesIsNoOverloadOfItsService() throws Exception {
    Seen seen = new Seen();
    double told = reports();
    call(refuses, "/refused", seen, () -> seen.undecided.get() >= 200 && reports() - told >= 200);
    assertNobodyGaveWay(refuses, seen);
    assertThat(seen.served).hasValue(0);
    assertThat(seen.failed).hasValue(0);
    assertGivesWay(refuses, "/fail");
  }

  /** It tells what goes on before there is an answer, and how long it was held after it. */
  @Test
  void aSidecarThatHoldsIsNoOverloadOfItsService() throws Exception {
    Seen seen = new Seen();
    double told = reports();
    call(holds, "/held", seen, () -> seen.late.get() >= 60 && reports() - told >= 120);
    assertNobodyGaveWay(holds, seen);
    assertThat(seen.acted).isNotEmpty().allMatch(line -> line.startsWith(ACTED + ": held="));
    assertGivesWay(holds, "/slow");
  }

  @Test
  void aServiceThatHangsBehindItsSidecarIsOverloaded() throws Exception {
    Seen seen = new Seen();
    long answered = System.nanoTime() + HANGING.toNanos();
    for (int i = 0; System.nanoTime() < answered && seen.gaveWay.get() == 0; i++) {
      int caller = i % CALLERS;
      var _ = THREADS.submit(() -> ask(hangs, "/hang", caller, seen));
      Thread.sleep(PAUSE.dividedBy(5));
    }
    System.err.printf("hanging: %s%n", seen);
    assertThat(seen.gaveWay.get()).isPositive();
    assertThat(seen.served).as("%s", seen).hasValue(0);
    assertThat(seen.late).as("%s", seen).hasValue(0);
  }

  @Test
  void aServiceThatSaysThatItsSidecarRefusedIsNotBelieved() throws Exception {
    assertGivesWay(denies, "/fail-as-if-refused");
  }

  @Test
  void aServiceThatSaysThatItsSidecarHeldIsNotBelieved() throws Exception {
    assertGivesWay(boasts, "/slow-as-if-held");
  }

  private static void assertNobodyGaveWay(Exposed service, Seen seen) throws Exception {
    System.err.printf("%s: %s%n", service.name(), seen);
    assertThat(seen.gaveWay).as("%s", seen).hasValue(0);
    assertThat(seen.others).isEmpty();
    assertThat(
            hops.metric(
                "portcullis_overload_admitted_ratio{plan=\"-\",route=\"shop/%s\"}"
                    .formatted(service.name())))
        .isEqualTo(1);
  }

  private static void assertGivesWay(Exposed service, String path) throws Exception {
    Seen seen = new Seen();
    call(service, path, seen, () -> seen.gaveWay.get() > 0);
    System.err.printf("%s%s: %s%n", service.name(), path, seen);
    assertThat(seen.others).isEmpty();
    assertThat(seen.acted).isEmpty();
  }

  private static double reports() {
    return hops.metric("portcullis_overload_reports_total");
  }

  /** All call, one request after the other, until something is so. */
  private static void call(Exposed service, String path, Seen seen, BooleanSupplier until)
      throws Exception {
    AtomicInteger calling = new AtomicInteger(1);
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int caller = i;
      callers.add(
          THREADS.submit(() -> {
            while (calling.get() > 0) {
              ask(service, path, caller, seen);
              Thread.sleep(PAUSE);
            }
            return null;
          }));
    }
    try {
      await(service.name() + path)
          .atMost(PATIENCE)
          .failFast(() -> assertThat(callers).noneMatch(Future::isDone))
          .until(until::getAsBoolean);
    } finally {
      calling.set(0);
    }
    for (Future<?> caller : callers) {
      caller.get();
    }
  }

  private static Void ask(Exposed service, String path, int caller, Seen seen) throws IOException {
    long begun = System.nanoTime();
    String answer = get(service, path, caller);
    seen.count(answer, Duration.ofNanos(System.nanoTime() - begun));
    return null;
  }

  private static String get(Exposed service, String path, int caller) throws IOException {
    // What clients say of guards is not believed either.
    String headers = "x-api-key: %s\r\n%s: refused\r\n".formatted(KEYS.get(caller).reveal(), ACTED);
    return hops.get(service, path, headers);
  }
}
