// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.GivenBack;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.SharedQuotas.Answer;
import dev.portcullis.engine.port.SharedQuotas.Charge;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.valkey.BreakingRelay;
import dev.portcullis.extauthz.valkey.TestStores;
import dev.portcullis.extauthz.valkey.TestStores.Topology;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.store.ValkeyAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Charges in a shared store that wait for the ends of their requests. */
@Timeout(120)
final class StoredReservationsIT {
  private static final long SECOND = 1_000_000_000L;
  private static final long LEASE = Reservation.LEASE.toNanos();
  private static final long START = 1_800_000_000L * SECOND;

  @TempDir Path directory;

  private final List<AutoCloseable> closing = new ArrayList<>();
  private final AtomicLong nextId = new AtomicLong();
  private final AtomicLong now = new AtomicLong(START);
  private RedisServer redis;

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start();
    closing.add(redis);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : closing.reversed()) {
      each.close();
    }
  }

  private StoredQuotas quotas(boolean cluster) {
    return quotas(store(redis.url()), cluster);
  }

  private StoredQuotas quotas(Topology topology) throws Exception {
    TestStores stores = new TestStores(directory);
    closing.add(stores);
    return quotas(stores.open(stores.start(topology)), topology.isCluster());
  }

  private StoredQuotas quotas(ValkeyStore store, boolean cluster) {
    return new StoredQuotas(store, cluster, () -> 1, () -> now.get() / 1000, Ticker.systemTicker());
  }

  private ValkeyStore store(String url) {
    ValkeyStore store =
        new ValkeyStore(
            new ValkeyConfig(
                ValkeyAddress.parse(url), null, null, null, false, false, Duration.ofSeconds(5)));
    closing.add(store);
    store.start();
    await().atMost(Duration.ofSeconds(10)).until(store::isOpen);
    return store;
  }

  private ChargeId id() {
    return new ChargeId(7, nextId.incrementAndGet());
  }

  private static QuotaLine atOnce(String policy, long requests, long cost) throws Exception {
    return new QuotaLine(
        CounterKey.named(policy + "/work#at-once", "client", "acme"),
        SharedMeter.of(new Allowance.Concurrency(requests)),
        cost);
  }

  private static QuotaLine failures(String policy, Allowance allowance) throws Exception {
    Meter meter = SharedMeter.of(allowance);
    return new QuotaLine(
        CounterKey.named(policy + "/login#" + meter.kind() + "#failures", "client", "acme"),
        meter,
        1,
        GivenBack.ON_SUCCESS);
  }

  private List<QuotaState> charge(StoredQuotas quotas, ChargeId id, List<QuotaLine> lines) {
    Answer answer = quotas.charge(List.of(new Charge(id, List.of(), lines, false)), now.get());
    assertThat(answer).isInstanceOf(Answer.Counted.class);
    return ((Answer.Counted) answer).standings().getFirst().charged();
  }

  private static boolean granted(List<QuotaState> states) {
    return states.stream().allMatch(QuotaState::granted);
  }

  private static Reservation reservation(ChargeId id, List<QuotaLine> lines) {
    return new Reservation(id, new Charge(id, List.of(), lines, false).policies());
  }

  /** The store of the process and that of all replicas say the same, whatever is asked of them. */
  @ParameterizedTest
  @CsvSource({
    "1, SERVER",
    "2, CLUSTER",
    "3, SERVER_LOGIN",
    "4, CLUSTER_LOGIN",
    "5, SERVER_TLS",
    "6, SENTINEL",
    "7, CLUSTER",
  })
  void countsAsTheProcessDoes(long seed, Topology topology) throws Exception {
    Random random = new Random(seed);
    boolean cluster = topology.isCluster();
    StoredQuotas stored = quotas(topology);
    InProcessQuotaStore own = new InProcessQuotaStore(1000);
    List<QuotaLine> all =
        List.of(
            atOnce("shop/orders", 3, 1),
            atOnce("platform/base", 5, 2),
            failures("shop/orders", new Allowance.Rate(4, Duration.ofMinutes(10), 3)),
            failures("platform/base", new Allowance.Quota(6, Period.HOUR, ZoneId.of("UTC"))),
            new QuotaLine(
                CounterKey.named("shop/orders/rate#r", "client", "acme"),
                SharedMeter.of(new Allowance.Rate(50, Duration.ofMinutes(1), 49)),
                1));
    // By the moment at which nobody has heard of them for too long.
    Map<Reservation, Long> running = new LinkedHashMap<>();
    for (int i = 0; i < 400; i++) {
      long later =
          random.nextInt(10) == 0 ? random.nextLong(20 * SECOND) : random.nextLong(SECOND / 10);
      long at = now.addAndGet(later);
      running.values().removeIf(until -> until <= at);
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          List<QuotaLine> lines =
              new ArrayList<>(all.stream().filter(_ -> random.nextInt(3) == 0).toList());
          if (lines.isEmpty()) {
            lines.add(all.getFirst());
          }
          ChargeId id = id();
          List<QuotaState> mine = own.charge(id, lines, now.get());
          List<QuotaState> theirs = charge(stored, id, lines);
          assertThat(granted(theirs)).as("step %d: %s", i, lines).isEqualTo(granted(mine));
          // Where policies are asked one after the other, a refusal tells what was charged before
          // it.
          if (!cluster || granted(mine)) {
            assertThat(theirs).as("step %d: %s", i, lines).isEqualTo(mine);
          }
          if (granted(mine)) {
            running.put(reservation(id, lines), at + LEASE);
          }
        }
        case 2 -> {
          if (!running.isEmpty()) {
            Reservation ended =
                running.keySet().stream()
                    .skip(random.nextInt(running.size()))
                    .findFirst()
                    .orElseThrow();
            running.remove(ended);
            boolean successful = random.nextBoolean();
            var _ = own.settle(ended.id(), successful, now.get());
            stored.settle(ended, successful, now.get());
          }
        }
        default ->
            running.replaceAll((each, _) -> {
              own.renew(each.id(), at);
              stored.renew(each, at);
              return at + LEASE;
            });
      }
    }
  }

  @Test
  void whatIsTakenBackHoldsNothing() throws Exception {
    StoredQuotas quotas = quotas(false);
    List<QuotaLine> lines =
        List.of(
            atOnce("shop/orders", 2, 2),
            failures("shop/orders", new Allowance.Rate(1, Duration.ofMinutes(10), 0)));
    for (int i = 0; i < 3; i++) {
      ChargeId id = id();
      assertThat(granted(charge(quotas, id, lines))).isTrue();
      quotas.refund(new Charge(id, List.of(), lines, false), now.get());
      // What is left is that they were taken back.
      String left = ":" + (i + 1);
      await().atMost(Duration.ofSeconds(5)).until(() -> redis.ask("DBSIZE").equals(left));
    }
    assertThat(granted(charge(quotas, id(), lines))).isTrue();
    assertThat(granted(charge(quotas, id(), lines))).isFalse();
  }

  /** It was started anew, or somebody has flushed them: what is told is sent as a whole then. */
  @Test
  void aServerThatForgotItsScriptsHearsOfEndsAllTheSame() throws Exception {
    ValkeyStore store = store(redis.url());
    StoredQuotas quotas = quotas(store, false);
    List<QuotaLine> lines = List.of(atOnce("shop/orders", 2, 2));
    String places = QuotaScript.name(lines.getFirst().key());
    ChargeId ended = id();
    assertThat(granted(charge(quotas, ended, lines))).isTrue();
    redis.ask("SCRIPT FLUSH");
    quotas.settle(reservation(ended, lines), true, now.get());
    await().atMost(Duration.ofSeconds(5)).until(() -> redis.ask("ZCARD " + places).equals(":0"));

    Charge takenBack = new Charge(id(), List.of(), lines, false);
    assertThat(granted(charge(quotas, takenBack.id(), lines))).isTrue();
    assertThat(redis.ask("ZCARD " + places)).isEqualTo(":2");
    redis.ask("SCRIPT FLUSH");
    quotas.refund(takenBack, now.get());
    await().atMost(Duration.ofSeconds(5)).until(() -> redis.ask("ZCARD " + places).equals(":0"));
    assertThat(store.untold()).isZero();
  }

  @Test
  void tellsHowManyAreUnderWay() throws Exception {
    StoredQuotas quotas = quotas(false);
    QuotaLine line = atOnce("shop/orders", 5, 2);
    ChargeId id = id();
    assertThat(granted(charge(quotas, id, List.of(line)))).isTrue();
    assertThat(line.meter().peek(quotas.look(line).after(), 1, now.get()).remaining()).isEqualTo(3);
    quotas.settle(reservation(id, List.of(line)), true, now.get());
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> line.meter().peek(quotas.look(line).after(), 1, now.get()).remaining() == 5);
  }

  @Test
  void leavesNothingInTheStore() throws Exception {
    // The store's own clock, since what ends by itself is to end.
    now.set(0);
    StoredQuotas quotas = quotas(false);
    List<QuotaLine> lines = List.of(atOnce("shop/orders", 2, 1));
    ChargeId id = id();
    assertThat(granted(charge(quotas, id, lines))).isTrue();
    quotas.settle(reservation(id, lines), true, now.get());
    // The outcome of the charge is remembered for ten seconds.
    await().atMost(Duration.ofSeconds(5)).until(() -> redis.ask("DBSIZE").equals(":1"));
    assertThat(granted(charge(quotas, id(), lines))).isTrue();
    assertThat(granted(charge(quotas, id(), lines))).isTrue();
    await().atMost(Duration.ofSeconds(30)).until(() -> redis.ask("DBSIZE").equals(":0"));
  }

  /** A few at a time, so that questions are not too late behind them; and nobody has to ask. */
  @Test
  void allEndsThatGotLostAreToldAgain() throws Exception {
    BreakingRelay relay = new BreakingRelay(redis.port());
    closing.add(relay);
    ValkeyStore store = store("redis://127.0.0.1:" + relay.port());
    StoredQuotas quotas = quotas(store, false);
    List<QuotaLine> lines = List.of(atOnce("shop/orders", 1000, 1));
    List<ChargeId> ids = Stream.generate(this::id).limit(500).toList();
    for (ChargeId id : ids) {
      assertThat(granted(charge(quotas, id, lines))).isTrue();
    }
    String places = QuotaScript.name(lines.getFirst().key());
    assertThat(redis.ask("ZCARD " + places)).isEqualTo(":500");

    relay.cut();
    await().atMost(Duration.ofSeconds(10)).until(() -> !store.isOpen());
    ids.forEach(id -> quotas.settle(reservation(id, lines), true, now.get()));
    redis.ask("PERSIST " + places);
    relay.mend();

    await().atMost(Duration.ofSeconds(30)).until(() -> redis.ask("ZCARD " + places).equals(":0"));
  }

  /** No lease ever ends here: what is free again was told. */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void anEndThatGotLostIsToldAgain(boolean sent, boolean cluster) throws Exception {
    BreakingRelay relay = new BreakingRelay(redis.port());
    closing.add(relay);
    ValkeyStore store = store("redis://127.0.0.1:" + relay.port());
    StoredQuotas quotas = quotas(store, cluster);
    List<QuotaLine> lines = List.of(atOnce("shop/orders", 2, 2), atOnce("platform/base", 2, 2));
    ChargeId id = id();
    assertThat(granted(charge(quotas, id, lines))).isTrue();
    for (String policy : List.of("shop/orders", "platform/base")) {
      redis.ask("PERSIST " + QuotaScript.reserved(policy, id));
    }
    for (QuotaLine line : lines) {
      assertThat(redis.ask("PERSIST " + QuotaScript.name(line.key()))).isEqualTo(":1");
    }

    if (sent) {
      // It dies with the connection.
      relay.deafen();
      quotas.settle(reservation(id, lines), true, now.get());
      relay.cut();
    } else {
      relay.cut();
      await().atMost(Duration.ofSeconds(10)).until(() -> !store.isOpen());
      quotas.settle(reservation(id, lines), true, now.get());
    }
    relay.mend();

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            quotas.charge(List.of(new Charge(id(), List.of(), lines, false)), now.get())
                    instanceof Answer.Counted counted
                && granted(counted.standings().getFirst().charged()));
  }

  /** Replicas that admit and hear of ends at random, with threads of their own. */
  @Test
  void replicasHoldNeverMoreThanTheLimit() throws Exception {
    QuotaLine line = atOnce("shop/orders", 10, 1);
    List<StoredQuotas> replicas = List.of(quotas(false), quotas(false), quotas(false));
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Callable<Integer>> callers = new ArrayList<>();
    for (int caller = 0; caller < 16; caller++) {
      Random random = new Random(caller);
      callers.add(() -> {
        int admitted = 0;
        for (int i = 0; i < 400; i++) {
          ChargeId id = id();
          if (granted(charge(replicas.get(random.nextInt(3)), id, List.of(line)))) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            admitted++;
            // As long as others come.
            Thread.sleep(1);
            running.decrementAndGet();
            replicas.get(random.nextInt(3)).settle(reservation(id, List.of(line)), true, now.get());
          }
        }
        return admitted;
      });
    }
    int admitted = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each : threads.invokeAll(callers)) {
        admitted += each.get();
      }
    }
    assertThat(most.get()).isLessThanOrEqualTo(10);
    assertThat(admitted).isGreaterThan(400);
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> redis.ask("ZCARD " + QuotaScript.name(line.key())).equals(":0"));
  }
}
