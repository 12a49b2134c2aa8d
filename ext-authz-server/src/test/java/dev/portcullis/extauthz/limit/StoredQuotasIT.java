// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.port.SharedQuotas.Answer;
import dev.portcullis.engine.port.SharedQuotas.Charge;
import dev.portcullis.engine.port.SharedQuotas.Standing;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.valkey.BreakingRelay;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.TestStores;
import dev.portcullis.extauthz.valkey.TestStores.Topology;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.store.ValkeyAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits counted by a real server. */
@Timeout(120)
final class StoredQuotasIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long SECOND = 1_000_000_000L;

  /** Whole microseconds, which is what the store counts in. */
  private static final long START = Instant.parse("2026-11-21T12:00:00Z").getEpochSecond() * SECOND;

  /** All keys and what they hold, in one line. */
  private static final String EVERYTHING =
      "local all = {}"
          + " for _, key in ipairs(redis.call('KEYS', '*')) do"
          + " local value = redis.pcall('GET', key)"
          + " if type(value) == 'table' then"
          + " value = table.concat(redis.call('ZRANGE', key, 0, -1), ' ') end"
          + " all[#all + 1] = key .. '=' .. value end"
          + " return {ok = table.concat(all, '|')}";

  @TempDir Path directory;

  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final AtomicLong nextId = new AtomicLong();
  private RedisServer redis;
  private long now = START;

  @BeforeEach
  void start() {
    redis = closeLater(RedisServer.start());
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : closing) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T closeLater(T part) {
    closing.push(part);
    return part;
  }

  private ValkeyStore open() {
    return open(redis.url(), Duration.ofSeconds(5));
  }

  private ValkeyStore open(String url, Duration timeout) {
    ValkeyStore store =
        closeLater(
            new ValkeyStore(
                new ValkeyConfig(
                    ValkeyAddress.parse(url), null, null, null, false, false, timeout)));
    store.start();
    await().atMost(PATIENCE).until(store::isOpen);
    return store;
  }

  private ValkeyStore open(Topology topology) throws Exception {
    TestStores stores = closeLater(new TestStores(directory));
    return stores.open(stores.start(topology));
  }

  /** By the clock of the test; keys are taken to be on several servers or on one. */
  private StoredQuotas quotas(ValkeyStore store, boolean cluster) {
    return new StoredQuotas(store, cluster, () -> 2, () -> now / 1000, Ticker.systemTicker());
  }

  private ChargeId id() {
    return new ChargeId(7, nextId.incrementAndGet());
  }

  private static QuotaLine line(String limit, String key, Allowance allowance, long cost)
      throws Exception {
    return line(limit, key, allowance, null, cost);
  }

  private static QuotaLine line(
      String limit, String key, Allowance allowance, @Nullable Duration maxDelay, long cost)
      throws Exception {
    Meter meter = SharedMeter.of(allowance, maxDelay);
    return new QuotaLine(
        CounterKey.named(limit + "#" + meter.kind(), "client", key),
        meter,
        Math.min(cost, meter.capacity()));
  }

  private static Allowance.Rate rate(long requests, Duration per) {
    return new Allowance.Rate(requests, per, requests - 1);
  }

  private static Allowance.Quota daily(long requests) {
    return new Allowance.Quota(requests, Period.DAY, ZoneId.of("Europe/Berlin"));
  }

  private Standing charge(StoredQuotas quotas, Charge charge) {
    Answer answer = quotas.charge(List.of(charge), now);
    assertThat(answer).isInstanceOf(Answer.Counted.class);
    return ((Answer.Counted) answer).standings().getFirst();
  }

  private List<QuotaState> charge(StoredQuotas quotas, QuotaLine... lines) {
    return charge(quotas, new Charge(id(), List.of(), List.of(lines), false)).charged();
  }

  private static boolean granted(List<QuotaState> states) {
    return states.stream().allMatch(QuotaState::granted);
  }

  /** The store of the process and that of all replicas say the same, whatever is asked of them. */
  @ParameterizedTest
  @CsvSource({
    "1, SERVER",
    "2, CLUSTER",
    "3, SERVER_LOGIN",
    "4, CLUSTER_LOGIN",
    "5, SERVER_TLS",
    "6, CLUSTER",
    "7, SENTINEL",
    "8, SERVER",
  })
  void countsAsTheProcessDoes(long seed, Topology topology) throws Exception {
    Random random = new Random(seed);
    boolean cluster = topology.isCluster();
    StoredQuotas stored = quotas(open(topology), cluster);
    InProcessQuotaStore own = new InProcessQuotaStore(1000);
    ChargeId last = id();
    List<QuotaLine> lines = List.of();
    for (int i = 0; i < 400; i++) {
      // Sometimes the same question again.
      if (lines.isEmpty() || random.nextInt(10) > 0) {
        if (random.nextInt(4) == 0) {
          now += random.nextLong(1, 7_200_000_000L) * 1_000;
        }
        last = id();
        lines = randomLines(random);
      }
      List<QuotaState> expected = own.charge(last, lines, now);

      List<QuotaState> states = charge(stored, new Charge(last, List.of(), lines, false)).charged();

      if (cluster && !granted(expected)) {
        // How the counters stood when their server was asked; what it charged was taken back.
        assertThat(granted(states)).as("question %d of %s", i, lines).isFalse();
      } else if (cluster) {
        // Each server says of its own which limit holds what is asked about again.
        assertThat(states)
            .as("question %d of %s", i, lines)
            .usingRecursiveFieldByFieldElementComparatorIgnoringFields("delay")
            .isEqualTo(expected);
        assertThat(longest(states)).isEqualTo(longest(expected));
      } else {
        assertThat(states).as("question %d of %s", i, lines).isEqualTo(expected);
      }
    }
  }

  /** Nobody can tell it from a plan that was edited. It is an empty bucket until it is reset. */
  @Test
  void aBucketOfAClockThatWasSetBackIsEmptyUntilItIsReset() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine line = line("shop/orders/rate", "acme", rate(5, Duration.ofSeconds(10)), 1);
    assertThat(granted(charge(quotas, line))).isTrue();
    now -= Duration.ofHours(30).toNanos();
    assertThat(granted(charge(quotas, line))).isFalse();
    now += 20 * SECOND;
    assertThat(granted(charge(quotas(open(), false), line))).isFalse();
    quotas.reset(line);
    assertThat(granted(charge(quotas, line))).isTrue();
  }

  /** Plans of one limit share their clients' counters, and differ in how far ahead those may be. */
  @Test
  void whoComesByAnotherPlanIsForgivenNothing() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    Allowance silver = new Allowance.Rate(10, Duration.ofMinutes(10), 5);
    Allowance gold = new Allowance.Rate(100, Duration.ofMinutes(10), 5);
    LimitSpec limit =
        new LimitSpec(
            new PolicyRef("RateLimitPolicy", "shop", "orders"),
            "rate",
            Mode.ENFORCE,
            List.of(),
            List.of(),
            null,
            null,
            silver,
            new TreeMap<>(Map.of("gold", gold)),
            LimitSpec.LimitPhase.RATE,
            new Sharing(null, Sharing.OnStoreFailure.LOCAL_SHARE));
    QuotaLine asSilver = line(limit, silver);
    for (int i = 0; i < 6; i++) {
      assertThat(granted(charge(quotas, asSilver))).as("charge %d", i).isTrue();
    }
    assertThat(granted(charge(quotas, line(limit, gold)))).isFalse();
    now += 59 * SECOND;
    // Another replica, which does not remember the refusal.
    assertThat(granted(charge(quotas(open(), false), asSilver))).isFalse();
    now += SECOND;
    assertThat(granted(charge(quotas(open(), false), asSilver))).isTrue();
  }

  private static QuotaLine line(LimitSpec limit, Allowance allowance) throws Exception {
    Meter meter = Meter.of(limit, allowance);
    return new QuotaLine(CounterKey.client(CounterKey.limit(limit, meter), "acme"), meter, 1);
  }

  private static long longest(List<QuotaState> states) {
    return states.stream().mapToLong(QuotaState::delay).max().orElseThrow();
  }

  /** Many are asked at the same moment: two of them pass at once, each of the others has a turn. */
  @Test
  void fourReplicasGiveEachTurnOnce() throws Exception {
    QuotaLine line =
        line(
            "shop/orders/even",
            "acme",
            new Allowance.Rate(10, Duration.ofSeconds(1), 1),
            Duration.ofSeconds(2),
            1);
    List<StoredQuotas> replicas = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      replicas.add(quotas(open(), false));
    }
    List<Long> delays = new CopyOnWriteArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 60; i++) {
        StoredQuotas replica = replicas.get(i % 4);
        threads.execute(() -> {
          QuotaState state = charge(replica, line).getFirst();
          if (state.granted()) {
            delays.add(state.delay());
          }
        });
      }
    }

    assertThat(delays.stream().sorted())
        .containsExactlyElementsOf(
            LongStream.rangeClosed(-1, 20)
                .mapToObj(turn -> Math.max(0, turn) * SECOND / 10)
                .toList());
  }

  private static List<QuotaLine> randomLines(Random random) throws Exception {
    Allowance[] allowances = {
      rate(5, Duration.ofMinutes(10)),
      rate(300, Duration.ofHours(1)),
      new Allowance.Rate(7, Duration.ofHours(24), 0),
      daily(9),
      new Allowance.Quota(40, Period.HOUR, ZoneId.of("UTC")),
      new Allowance.Quota(11, Period.MONTH, ZoneId.of("Australia/Lord_Howe")),
      new Allowance.Rate(60, Duration.ofMinutes(1), 2),
      // Longer than the questions of one moment take: the store forgets by its own clock.
      new Allowance.Rate(100, Duration.ofMinutes(3), 0),
    };
    @Nullable Duration[] delays = {
      null, null, null, null, null, null, Duration.ofSeconds(10), Duration.ofSeconds(4),
    };
    List<QuotaLine> lines = new ArrayList<>();
    while (lines.isEmpty()) {
      for (int each = 0; each < allowances.length; each++) {
        if (random.nextInt(3) == 0) {
          lines.add(
              line(
                  (each % 2 == 0 ? "shop/orders" : "platform/base") + "/limit" + each,
                  random.nextBoolean() ? "acme" : "umbrella",
                  allowances[each],
                  delays[each],
                  random.nextInt(5) == 0 ? random.nextInt(1, 9) : 1));
        }
      }
    }
    return lines;
  }

  /** Nobody gains by it; the store and the process differ in what comes long after it. */
  @Test
  void aClockThatStepsBackGrantsNothing() throws Exception {
    StoredQuotas stored = quotas(open(), false);
    InProcessQuotaStore own = new InProcessQuotaStore(10);
    QuotaLine rate = line("shop/orders/rate", "acme", rate(5, Duration.ofMinutes(10)), 1);
    QuotaLine quota = line("shop/orders/daily", "acme", daily(20), 1);
    for (long hours : new long[] {0, -1, -30, -30, -30}) {
      now = START + hours * 3600 * SECOND;
      ChargeId id = id();
      List<QuotaLine> lines = List.of(rate, quota);
      assertThat(charge(stored, new Charge(id, List.of(), lines, false)).charged())
          .as("%d hours", hours)
          .isEqualTo(own.charge(id, lines, now));
    }
  }

  /** Four decision services, a hundred thousand requests on one key: admitted exactly the limit. */
  @Test
  void fourReplicasAdmitExactlyTheLimit() throws Exception {
    QuotaLine line = line("shop/orders/daily", "acme", rate(25_000, Duration.ofHours(24)), 1);
    List<Callable<Integer>> callers = new ArrayList<>();
    for (int replica = 0; replica < 4; replica++) {
      StoredQuotas quotas = quotas(open(), false);
      for (int caller = 0; caller < 8; caller++) {
        callers.add(() -> {
          int admitted = 0;
          for (int i = 0; i < 100_000 / 32; i++) {
            admitted += granted(charge(quotas, line)) ? 1 : 0;
          }
          return admitted;
        });
      }
    }
    int admitted = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each : threads.invokeAll(callers)) {
        admitted += each.get();
      }
    }
    assertThat(admitted).isEqualTo(25_000);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOnlyPeekedIsNotCharged(Topology topology) throws Exception {
    StoredQuotas quotas = quotas(open(topology), topology.isCluster());
    QuotaLine quota = line("shop/orders/daily", "acme", daily(2), 1);
    QuotaLine rate = line("platform/base/rate", "acme", rate(100, Duration.ofHours(1)), 1);
    for (int i = 0; i < 5; i++) {
      Standing standing = charge(quotas, new Charge(id(), List.of(quota), List.of(rate), false));
      assertThat(standing.peeked()).extracting(QuotaState::remaining).containsExactly(2L);
      assertThat(granted(standing.charged())).isTrue();
    }
    assertThat(granted(charge(quotas, line("shop/orders/daily", "acme", daily(2), 2)))).isTrue();

    Standing refused = charge(quotas, new Charge(id(), List.of(quota), List.of(rate), false));

    assertThat(granted(refused.peeked())).isFalse();
    assertThat(charge(quotas, rate).getFirst().remaining())
        .as("nothing was charged for what was refused")
        .isEqualTo(100 - 5 - 1);
  }

  @ParameterizedTest
  @EnumSource
  void takesBackWhatItCharged(Topology topology) throws Exception {
    StoredQuotas quotas = quotas(open(topology), topology.isCluster());
    QuotaLine rate = line("shop/orders/rate", "acme", rate(10, Duration.ofHours(1)), 4);
    QuotaLine quota = line("platform/base/daily", "acme", daily(10), 3);
    Charge charge = new Charge(id(), List.of(), List.of(rate, quota), false);
    assertThat(charge(quotas, charge).charged())
        .extracting(QuotaState::remaining)
        .containsExactly(6L, 7L);

    quotas.refund(charge, now);
    quotas.refund(charge, now);

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    charge(
                            quotas,
                            new Charge(
                                id(),
                                List.of(rate, quota),
                                List.of(
                                    line("shop/orders/x", "x", rate(9, Duration.ofHours(1)), 1)),
                                false))
                        .peeked())
                .extracting(QuotaState::remaining)
                .containsExactly(10L, 10L));
    assertThat(granted(charge(quotas, charge).charged()))
        .as("what was taken back is refused when it is asked about again")
        .isFalse();
  }

  /** A quota is charged with a rate, by one question. */
  @Test
  void aDependentChargeIsMadeOnlyIfTheFirstIs() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine rate = line("shop/orders/rate", "acme", rate(2, Duration.ofHours(1)), 1);
    QuotaLine trial = line("shop/orders/trial", "acme", daily(1), 1);
    QuotaLine quota = line("shop/orders/daily", "acme", daily(10), 1);
    assertThat(quotas.countsTogether()).isTrue();
    List<Charge> charges = List.of();
    for (int i = 0; i < 4; i++) {
      charges =
          List.of(
              new Charge(id(), List.of(quota), List.of(rate), false),
              // It changes nothing for the others that this one refuses.
              new Charge(id(), List.of(), List.of(trial), false),
              new Charge(id(), List.of(), List.of(quota), false, true));
      for (int again = 0; again < 2; again++) {
        List<Standing> standings = ((Answer.Counted) quotas.charge(charges, now)).standings();
        assertThat(granted(standings.getFirst().charged())).isEqualTo(i < 2);
        assertThat(granted(standings.get(1).charged())).isEqualTo(i < 1);
        assertThat(standings.getLast().charged())
            .extracting(QuotaState::remaining)
            .isEqualTo(i < 2 ? List.of(9L - i) : List.of());
      }
    }
    // What was not looked at can be charged when its turn comes.
    Charge alone = new Charge(charges.getLast().id(), List.of(), List.of(quota), false);
    assertThat(charge(quotas, alone).charged().getFirst().remaining()).isEqualTo(7);
  }

  /** The request did not come so far; if it comes again, it may. */
  @Test
  void aDependentChargeThatIsTakenBackMayBeMadeAgain() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine rate = line("shop/orders/rate", "acme", rate(5, Duration.ofHours(1)), 1);
    QuotaLine quota = line("shop/orders/daily", "acme", daily(10), 1);
    Charge dependent = new Charge(id(), List.of(), List.of(quota), false, true);
    List<Charge> charges =
        List.of(new Charge(id(), List.of(quota), List.of(rate), false), dependent);
    for (int again = 0; again < 3; again++) {
      assertThat(remaining(quotas, charges)).containsExactly(4L, 9L);
      quotas.refund(dependent, now);
      quotas.refund(dependent, now);
    }
    assertThat(charge(quotas, quota).getFirst().remaining()).isEqualTo(9);
  }

  /** Whoever asked again goes on with it, and the first one's word comes too late. */
  @Test
  void nothingIsTakenBackThatWasAskedAboutAgain() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine rate = line("shop/orders/rate", "acme", rate(5, Duration.ofHours(1)), 1);
    QuotaLine quota = line("shop/orders/daily", "acme", daily(10), 1);
    Charge dependent = new Charge(id(), List.of(), List.of(quota), false, true);
    List<Charge> charges =
        List.of(new Charge(id(), List.of(quota), List.of(rate), false), dependent);
    assertThat(remaining(quotas, charges)).containsExactly(4L, 9L);
    assertThat(remaining(quotas, charges)).containsExactly(4L, 9L);

    charges.forEach(charge -> quotas.refund(charge, now));

    assertThat(remaining(quotas, charges)).containsExactly(4L, 9L);
    assertThat(charge(quotas, quota).getFirst().remaining()).isEqualTo(8);
  }

  private List<Long> remaining(StoredQuotas quotas, List<Charge> charges) {
    return ((Answer.Counted) quotas.charge(charges, now))
        .standings().stream()
            .flatMap(standing -> standing.charged().stream())
            .peek(state -> assertThat(state.granted()).isTrue())
            .map(QuotaState::remaining)
            .toList();
  }

  /** A day that has ended meanwhile got no charge, so it gets none back. */
  @Test
  void givesNothingBackToAnotherPeriod() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine quota = line("shop/orders/daily", "acme", daily(10), 3);
    Charge charge = new Charge(id(), List.of(), List.of(quota), false);
    charge(quotas, charge);
    now += Duration.ofDays(1).toNanos();
    assertThat(charge(quotas, quota).getFirst().remaining()).isEqualTo(7);

    quotas.refund(charge, now);

    // Commands of one connection are answered in their order.
    assertThat(charge(quotas, quota).getFirst().remaining()).isEqualTo(4);
  }

  /** Who came while it was full again got no more by what was taken back later. */
  @Test
  void givesNothingBackToABucketThatHasBeenFullSince() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    Allowance.Rate rate = new Allowance.Rate(60, Duration.ofHours(1), 9);
    QuotaLine one = line("shop/orders/rate", "acme", rate, 1);
    Charge first = new Charge(id(), List.of(), List.of(one), false);
    charge(quotas, first);
    now += Duration.ofMinutes(2).toNanos();
    assertThat(granted(charge(quotas, line("shop/orders/rate", "acme", rate, 10)))).isTrue();
    assertThat(granted(charge(quotas, one))).isFalse();

    quotas.refund(first, now);

    assertThat(granted(charge(quotas, one))).isFalse();
  }

  /**
   * Charges a limit, and apart from it one in shadow mode whose counter somebody has overwritten.
   */
  private Answer chargeBesideDamaged(StoredQuotas quotas, QuotaLine enforced, QuotaLine shadow)
      throws Exception {
    redis.ask("SET " + QuotaScript.name(shadow.key()) + " much");
    return quotas.charge(
        List.of(
            new Charge(id(), List.of(), List.of(enforced), false),
            new Charge(id(), List.of(), List.of(shadow), false)),
        now);
  }

  /** A damaged counter of a limit in shadow mode charges nothing to others by half. */
  @Test
  void writesNothingBeforeAllIsRead() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine enforced = line("shop/orders/daily", "acme", daily(5), 1);
    QuotaLine shadow = line("shop/orders/trial", "acme", daily(5), 1);

    Answer answer = chargeBesideDamaged(quotas, enforced, shadow);

    assertThat(answer).isInstanceOf(Answer.Unavailable.class);
    assertThat(charge(quotas, enforced).getFirst().remaining()).isEqualTo(4);
  }

  @Test
  void inAClusterAShadowTakesNothingFromWhatWasCounted() throws Exception {
    StoredQuotas quotas = quotas(open(), true);
    QuotaLine enforced = line("shop/orders/daily", "acme", daily(5), 1);
    QuotaLine shadow = line("platform/base/trial", "acme", daily(5), 1);

    Answer answer = chargeBesideDamaged(quotas, enforced, shadow);

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Counted.class,
            counted -> {
              assertThat(granted(counted.standings().getFirst().charged())).isTrue();
              assertThat(counted.standings().getLast().charged()).isEmpty();
            });
  }

  /** What is refused stays so where another server cannot be asked any more. */
  @Test
  void inAClusterARefusalNeedsNoFurtherAnswer() throws Exception {
    StoredQuotas quotas = quotas(open(), true);
    QuotaLine first = line("platform/base/daily", "acme", daily(1), 1);
    QuotaLine second = line("shop/orders/daily", "acme", daily(5), 1);
    charge(quotas, first);
    redis.ask("SET " + QuotaScript.name(second.key()) + " much");
    assertThat(charge(quotas, first, second))
        .extracting(QuotaState::granted)
        .containsExactly(false, true);
  }

  @Test
  void inAClusterAllPoliciesChargeOrNone() throws Exception {
    StoredQuotas quotas = quotas(open(), true);
    QuotaLine wide = line("platform/base/wide", "acme", rate(10, Duration.ofHours(1)), 1);
    QuotaLine narrow = line("shop/orders/narrow", "acme", rate(1, Duration.ofHours(1)), 1);
    assertThat(granted(charge(quotas, wide, narrow))).isTrue();
    for (int i = 0; i < 5; i++) {
      assertThat(charge(quotas, wide, narrow))
          .extracting(QuotaState::granted)
          .containsExactly(true, false);
    }
    assertThat(charge(quotas, wide).getFirst().remaining()).isEqualTo(8);
  }

  @Test
  void remembersForASecondWhoWasRefused() throws Exception {
    AtomicLong nanos = new AtomicLong();
    ValkeyStore store = open();
    StoredQuotas quotas = new StoredQuotas(store, false, () -> 2, () -> now / 1000, nanos::get);
    Allowance.Rate twoInHalfASecond = new Allowance.Rate(120, Duration.ofSeconds(30), 1);
    QuotaLine line = line("shop/orders/rate", "acme", twoInHalfASecond, 2);
    assertThat(quotas.knownRefusal(line)).isNull();
    charge(quotas, line);
    assertThat(quotas.knownRefusal(line)).as("it was granted").isNull();
    charge(quotas, line);
    long asked = store.asked();

    assertThat(quotas.knownRefusal(line)).isEqualTo(new QuotaState(false, 0, 1, 1));

    assertThat(quotas.knownRefusal(line("shop/orders/rate", "other", twoInHalfASecond, 2)))
        .isNull();
    nanos.set(250_000_000);
    assertThat(quotas.knownRefusal(line)).isNotNull();
    assertThat(quotas.knownRefusal(line("shop/orders/rate", "acme", twoInHalfASecond, 1)))
        .as("there is room for less")
        .isNull();
    nanos.set(500_000_000);
    assertThat(quotas.knownRefusal(line)).as("there is room again").isNull();
    nanos.set(250_000_000 + Duration.ofSeconds(1).toNanos());
    assertThat(quotas.knownRefusal(line)).isNull();
    assertThat(store.asked()).isEqualTo(asked);
    assertThat(quotas.remembered()).isEqualTo(2);
  }

  /** It may have been reset, or have got something back. */
  @Test
  void remembersForNoLongerThanASecond() throws Exception {
    AtomicLong nanos = new AtomicLong();
    StoredQuotas quotas = new StoredQuotas(open(), false, () -> 2, () -> now / 1000, nanos::get);
    QuotaLine line = line("shop/orders/daily", "acme", daily(1), 1);
    charge(quotas, line, line("shop/orders/other", "acme", daily(5), 1));
    charge(quotas, line, line("shop/orders/other", "acme", daily(5), 1));
    assertThat(quotas.knownRefusal(line)).isNotNull();
    assertThat(quotas.knownRefusal(line("shop/orders/other", "acme", daily(5), 1)))
        .as("the other one refused nothing")
        .isNull();
    nanos.set(Duration.ofSeconds(1).toNanos());
    assertThat(quotas.knownRefusal(line)).isNull();
  }

  /** What people do to counters has the same arithmetic, too. */
  @Test
  void changesCountersAsTheProcessDoes() throws Exception {
    StoredQuotas stored = quotas(open(), false);
    InProcessQuotaStore own = new InProcessQuotaStore(1000);
    Random random = new Random(7);
    // Long ones: the store forgets by its own clock, which goes on while that of the test stands.
    List<Allowance> allowances = List.of(rate(20, Duration.ofHours(4)), daily(20));
    for (int i = 0; i < 600; i++) {
      now += random.nextLong(3) * random.nextLong(400_000_000) * 1_000;
      Allowance allowance = allowances.get(random.nextInt(2));
      String limit = "shop/orders/" + (allowance instanceof Allowance.Rate ? "rate" : "daily");
      QuotaLine line = line(limit, "acme", allowance, 1 + random.nextInt(4));
      switch (random.nextInt(8)) {
        case 0 -> {
          assertThat(stored.reset(line).after().moment()).isZero();
          own.reset(line);
        }
        case 1, 2 -> {
          long units = random.nextLong(1, 31);
          var _ = stored.giveBack(line, units);
          own.giveBack(line, units, now);
        }
        default -> {
          ChargeId id = id();
          charge(stored, new Charge(id, List.of(), List.of(line), false));
          own.charge(id, List.of(line), now);
        }
      }
      StoredQuotas.Change seen = stored.look(line);
      assertThat(line.meter().peek(seen.after(), 1, seen.now()))
          .as("step %d", i)
          .isEqualTo(own.peek(List.of(new QuotaLine(line.key(), line.meter(), 1)), now).getFirst());
    }
  }

  @Test
  void onlyAResetMendsADamagedCounter() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine line = line("shop/orders/daily", "acme", daily(5), 1);
    redis.ask("SET " + QuotaScript.name(line.key()) + " much");
    assertThatThrownBy(() -> quotas.look(line)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> quotas.giveBack(line, 1)).isInstanceOf(StoreException.class);
    var _ = quotas.reset(line);
    assertThat(granted(charge(quotas, line))).isTrue();
  }

  @Test
  void whoWasGivenSomeBackIsNotRefusedFromMemory() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine line = line("shop/orders/daily", "acme", daily(2), 1);
    for (int i = 0; i < 3; i++) {
      charge(quotas, line);
    }
    assertThat(quotas.knownRefusal(line)).isNotNull();
    StoredQuotas.Change change = quotas.giveBack(line, 1);
    assertThat(quotas.knownRefusal(line)).isNull();
    assertThat(line.meter().peek(change.before(), 1, change.now()).remaining()).isZero();
    assertThat(line.meter().peek(change.after(), 1, change.now()).remaining()).isEqualTo(1);
    assertThat(granted(charge(quotas, line))).isTrue();
    assertThat(granted(charge(quotas, line))).isFalse();
  }

  private static Charge leased(ChargeId id, QuotaLine... lines) {
    return new Charge(id, List.of(), List.of(lines), true);
  }

  /** Charged to a lease where there is one. */
  private boolean passes(StoredQuotas quotas, QuotaLine line) {
    List<Charge> charges = List.of(leased(id(), line));
    Answer.Counted spent = quotas.spend(charges);
    if (spent == null) {
      spent = (Answer.Counted) quotas.charge(charges, now);
    }
    return granted(spent.standings().getFirst().charged());
  }

  /**
   * A hot key costs one question in many, and no more passes than the limit; in the end all of it.
   */
  @Test
  void fourReplicasThatLeaseAdmitNoMoreThanTheLimit() throws Exception {
    QuotaLine line = line("shop/orders/daily", "acme", daily(25_000), 1);
    List<ValkeyStore> stores = new ArrayList<>();
    List<StoredQuotas> replicas = new ArrayList<>();
    List<Callable<Integer>> callers = new ArrayList<>();
    for (int replica = 0; replica < 4; replica++) {
      ValkeyStore store = open();
      StoredQuotas quotas =
          closeLater(
              new StoredQuotas(store, false, () -> 4, () -> now / 1000, Ticker.systemTicker()));
      stores.add(store);
      replicas.add(quotas);
      for (int caller = 0; caller < 8; caller++) {
        callers.add(() -> {
          int admitted = 0;
          for (int i = 0; i < 100_000 / 32; i++) {
            admitted += passes(quotas, line) ? 1 : 0;
          }
          return admitted;
        });
      }
    }
    int admitted = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each : threads.invokeAll(callers)) {
        admitted += each.get();
      }
    }
    assertThat(admitted).isLessThanOrEqualTo(25_000);
    replicas.forEach(StoredQuotas::close);
    while (passes(replicas.getFirst(), line)) {
      admitted++;
    }
    assertThat(admitted).as("what was leased and not used goes back").isEqualTo(25_000);
    // Those that are refused are asked about here; the server remembers them for a second.
    assertThat(replicas.stream().mapToLong(StoredQuotas::spent).sum()).isGreaterThan(20_000);
    assertThat(stores.stream().mapToLong(ValkeyStore::asked).sum()).isLessThan(85_000);
  }

  @Test
  void leasesToWhomComesOften() throws Exception {
    AtomicLong nanos = new AtomicLong();
    ValkeyStore store = open();
    StoredQuotas quotas =
        closeLater(new StoredQuotas(store, false, () -> 2, () -> now / 1000, nanos::get));
    QuotaLine line = line("shop/orders/daily", "acme", daily(1_000), 1);
    assertThat(quotas.spend(List.of(leased(id(), line)))).as("nothing is leased yet").isNull();
    passes(quotas, line);
    assertThat(quotas.spend(List.of(leased(id(), line)))).as("the first time").isNull();
    passes(quotas, line);
    long asked = store.asked();
    for (int i = 0; i < 8; i++) {
      assertThat(passes(quotas, line)).isTrue();
    }
    assertThat(store.asked()).isEqualTo(asked);
    assertThat(quotas.spent()).isEqualTo(8);
    passes(quotas, line);
    assertThat(store.asked()).isEqualTo(asked + 1);
    assertThat(
            charge(quotas, line("shop/orders/daily", "acme", daily(1_000), 1))
                .getFirst()
                .remaining())
        .as("eleven and one passed, sixteen are leased")
        .isEqualTo(1_000 - 12 - 16);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotUsedGoesBackInHalfASecond(Topology topology) throws Exception {
    AtomicLong nanos = new AtomicLong();
    StoredQuotas quotas =
        closeLater(
            new StoredQuotas(
                open(topology), topology.isCluster(), () -> 2, () -> now / 1000, nanos::get));
    QuotaLine quota = line("shop/orders/daily", "acme", daily(1_000), 1);
    QuotaLine rate = line("platform/base/rate", "acme", rate(1_000, Duration.ofHours(1)), 1);
    for (int i = 0; i < 3; i++) {
      passes(quotas, quota);
      passes(quotas, rate);
    }
    nanos.addAndGet(Duration.ofMillis(499).toNanos());
    assertThat(quotas.spend(List.of(leased(id(), quota, rate)))).isNotNull();
    nanos.addAndGet(Duration.ofMillis(2).toNanos());
    assertThat(quotas.spend(List.of(leased(id(), quota, rate)))).isNull();
    QuotaLine other = line("shop/orders/x", "x", daily(1_000_000), 1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    charge(quotas, new Charge(id(), List.of(quota, rate), List.of(other), false))
                        .peeked())
                .extracting(QuotaState::remaining)
                .containsExactly(1_000L - 4, 1_000L - 4));
  }

  /** It has forgotten what it charged, and would give it to others a second time. */
  @Test
  void handsNothingBackToAStoreThatWasLost() throws Exception {
    AtomicLong nanos = new AtomicLong();
    ValkeyStore store = open();
    StoredQuotas quotas =
        closeLater(new StoredQuotas(store, false, () -> 2, () -> now / 1000, nanos::get));
    QuotaLine line = line("shop/orders/daily", "acme", daily(1_000), 1);
    passes(quotas, line);
    passes(quotas, line);
    redis.kill();
    await().atMost(PATIENCE).until(() -> !store.isOpen());
    redis.restart();
    await().atMost(PATIENCE).until(store::isOpen);
    for (int i = 0; i < 20; i++) {
      charge(quotas, line);
    }
    assertThat(passes(quotas, line)).as("what was leased may be spent").isTrue();

    quotas.close();

    assertThat(charge(quotas(open(), false), line).getFirst().remaining()).isEqualTo(1_000 - 21);
  }

  /** Many at once are not many leases: else half of a limit is on its way back all the time. */
  @Test
  void oneReplicaLeasesAPartOfTheLimitThoughManyAskAtOnce() throws Exception {
    ValkeyStore store = open();
    StoredQuotas quotas =
        closeLater(
            new StoredQuotas(store, false, () -> 1, () -> now / 1000, Ticker.systemTicker()));
    QuotaLine line = line("shop/orders/daily", "acme", daily(1_000), 1);
    List<Callable<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      callers.add(() -> passes(quotas, line));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> each : threads.invokeAll(callers)) {
        assertThat(each.get()).as("800 of 1000").isTrue();
      }
    }
  }

  @Test
  void chargesAllThatIsLeasedOrNothing() throws Exception {
    StoredQuotas quotas = closeLater(quotas(open(), false));
    QuotaLine one = line("shop/orders/one", "acme", daily(1_000), 1);
    QuotaLine other = line("shop/orders/other", "acme", daily(1_000), 1);
    passes(quotas, one);
    passes(quotas, one);
    for (int i = 0; i < 5; i++) {
      assertThat(quotas.spend(List.of(leased(id(), one, other)))).isNull();
    }
    for (int i = 0; i < 8; i++) {
      assertThat(quotas.spend(List.of(leased(id(), one)))).as("unit %d", i).isNotNull();
    }
    assertThat(quotas.spend(List.of(leased(id(), one)))).isNull();
    assertThat(quotas.spend(List.of(new Charge(id(), List.of(), List.of(one), false))))
        .as("this one is exact")
        .isNull();
  }

  @Test
  void sayNothingOfClientsInTheStore() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine line = line("shop/orders/daily", "someone@example.com", daily(5), 1);
    QuotaLine atOnce =
        new QuotaLine(
            CounterKey.named("shop/orders/work#at-once", "client", "someone@example.com"),
            SharedMeter.of(new Allowance.Concurrency(3)),
            1);
    charge(quotas, line, atOnce);
    String held = redis.ask("EVAL \"" + EVERYTHING + "\" 0");
    assertThat(held)
        .startsWith("+")
        .contains(QuotaScript.name(line.key()) + "=")
        .contains(QuotaScript.name(atOnce.key()) + "=")
        .contains("portcullis:reserved:{shop/orders}:")
        .doesNotContain("someone")
        .doesNotContain("example");
    assertThat(QuotaScript.name(line.key())).startsWith("portcullis:limit:{shop/orders}:daily:");
  }

  @Test
  void withoutTheStoreNothingIsCounted() throws Exception {
    ValkeyStore store = open();
    StoredQuotas quotas = quotas(store, false);
    QuotaLine line = line("shop/orders/daily", "acme", daily(5), 1);
    assertThat(quotas.absence()).isNull();
    redis.kill();
    await().atMost(PATIENCE).until(() -> quotas.absence() != null);
    assertThat(quotas.charge(List.of(new Charge(id(), List.of(), List.of(line), false)), now))
        .isInstanceOf(Answer.Unavailable.class);
    quotas.refund(new Charge(id(), List.of(), List.of(line), false), now);
    redis.restart();
    await().atMost(PATIENCE).until(() -> quotas.absence() == null);
    assertThat(granted(charge(quotas, line))).isTrue();
  }

  /** It lets in whoever calls, and has no answer in time: requests go on without it. */
  @Test
  void aStoreThatIsAlwaysTooLateCountsNothing() throws Exception {
    BreakingRelay relay = closeLater(new BreakingRelay(redis.port()));
    relay.delay(Duration.ofMillis(500));
    ValkeyStore store = open("valkey://127.0.0.1:" + relay.port(), Duration.ofMillis(20));
    StoredQuotas quotas = quotas(store, false);
    QuotaLine line = line("shop/orders/daily", "acme", daily(1_000_000), 1);
    while (store.lost() == 0) {
      assertThat(quotas.charge(List.of(new Charge(id(), List.of(), List.of(line), false)), now))
          .isInstanceOf(Answer.Unavailable.class);
    }
    relay.delay(Duration.ZERO);

    await()
        .atMost(PATIENCE)
        .until(() ->
            quotas.charge(List.of(new Charge(id(), List.of(), List.of(line), false)), now)
                instanceof Answer.Counted);
  }

  /** What somebody else has written is no counter: nobody may be let in by it. */
  @Test
  void countsNothingByACounterThatIsDamaged() throws Exception {
    StoredQuotas quotas = quotas(open(), false);
    QuotaLine line = line("shop/orders/daily", "acme", daily(5), 1);
    redis.ask("SET " + QuotaScript.name(line.key()) + " much");
    assertThat(quotas.charge(List.of(new Charge(id(), List.of(), List.of(line), false)), now))
        .isInstanceOf(Answer.Unavailable.class);
  }

  @Test
  void clocksMayDifferByAPeriodAndNotByMore() throws Exception {
    ValkeyStore store = open();
    Allowance hourly = new Allowance.Quota(5, Period.HOUR, ZoneId.of("UTC"));
    QuotaLine line = line("shop/orders/hourly", "acme", hourly, 1);
    for (int hours : new int[] {-1, 0, 1}) {
      StoredQuotas other =
          new StoredQuotas(
              store,
              false,
              () -> 2,
              () -> (START + hours * 3600L * SECOND) / 1000,
              Ticker.systemTicker());
      assertThat(granted(charge(other, line))).as("%d hours apart", hours).isTrue();
    }
    StoredQuotas far =
        new StoredQuotas(
            store,
            false,
            () -> 2,
            () -> (START + 5 * 3600L * SECOND) / 1000,
            Ticker.systemTicker());
    assertThat(far.charge(List.of(new Charge(id(), List.of(), List.of(line), false)), now))
        .isInstanceOfSatisfying(
            Answer.Unavailable.class,
            unavailable -> assertThat(unavailable.cause()).contains("clocks"));
  }

  @Test
  void countsReplicasThatSignIn() throws Exception {
    ReplicaCount first = closeLater(new ReplicaCount(open(), Duration.ofMillis(50)));
    ReplicaCount second = new ReplicaCount(open(), Duration.ofMillis(50));
    assertThat(first.latest()).isOne();
    first.start();
    second.start();
    await().atMost(PATIENCE).until(() -> first.latest() == 2 && second.latest() == 2);
    redis.kill();
    redis.restart();
    await()
        .during(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .until(() -> first.latest() == 2 && second.latest() == 2);
    second.close();
    await().atMost(PATIENCE).until(() -> first.latest() == 1);
  }
}
