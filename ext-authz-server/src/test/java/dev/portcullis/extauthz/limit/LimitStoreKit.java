// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What all stores of limits do, wherever they count and however exactly. Each test has counters of
 * its own in the one store of its class.
 */
interface LimitStoreKit {
  long SECOND = 1_000_000_000L;

  /** Whole microseconds, which a shared store counts in. */
  long START = Instant.parse("2026-11-21T12:00:00Z").getEpochSecond() * SECOND;

  /** Numbers names, of charges and of clients, so that no test meets those of another. */
  AtomicLong NEXT = new AtomicLong();

  /** The store of this class. */
  LimitStore store();

  /** A store of limits, as a check comes to it. Thread-safe. */
  interface LimitStore {
    /**
     * Charges all lines or none.
     *
     * @param now nanoseconds since 1970, by the clock that counts
     * @return one state for each line
     */
    List<QuotaState> charge(ChargeId id, List<QuotaLine> lines, long now);

    /** The request of that charge has ended. */
    void settle(ChargeId id, List<QuotaLine> lines, boolean successful, long now);

    /** The request of that charge goes on. */
    void renew(ChargeId id, List<QuotaLine> lines, long now);

    /** How a counter stands for a request that costs 1. */
    QuotaState look(QuotaLine line, long now);

    /** The arithmetic in the units of this store. */
    Meter meter(Allowance allowance, @Nullable Duration maxDelay) throws Exception;
  }

  /** A name of a charge that no other one has. */
  static ChargeId id() {
    return new ChargeId(11, NEXT.incrementAndGet());
  }

  /** A client that nobody has seen before. */
  static String client() {
    return "client-" + NEXT.incrementAndGet();
  }

  /** A limit of the policy {@code shop/orders}. */
  default QuotaLine line(String limit, String client, Allowance allowance, long cost)
      throws Exception {
    return line(limit, client, allowance, null, cost);
  }

  /** The same, of a limit that may hold requests. */
  default QuotaLine line(
      String limit, String client, Allowance allowance, @Nullable Duration maxDelay, long cost)
      throws Exception {
    Meter meter = store().meter(allowance, maxDelay);
    return new QuotaLine(
        CounterKey.named("shop/orders/" + limit + "#" + meter.kind(), "client", client),
        meter,
        cost);
  }

  /** Requests in a period, of which all may come at once. */
  static Allowance.Rate rate(long requests, Duration per) {
    return new Allowance.Rate(requests, per, requests - 1);
  }

  /** Whether a request of its own passes. */
  default boolean passes(long now, QuotaLine... lines) {
    return granted(store().charge(id(), List.of(lines), now));
  }

  /** Whether all lines grant it. */
  static boolean granted(List<QuotaState> states) {
    return states.stream().allMatch(QuotaState::granted);
  }

  /** How many of so many requests pass that come at the same moment, one after the other. */
  default int passing(int requests, long now, QuotaLine... lines) {
    int passed = 0;
    for (int i = 0; i < requests; i++) {
      passed += passes(now, lines) ? 1 : 0;
    }
    return passed;
  }

  @Test
  default void admitsAQuotaAndNoMore() throws Exception {
    QuotaLine daily =
        line("daily", client(), new Allowance.Quota(40, Period.DAY, ZoneId.of("UTC")), 1);
    assertThat(passing(100, START, daily)).isEqualTo(40);
  }

  @Test
  default void admitsARateAndNoMore() throws Exception {
    QuotaLine hourly = line("hourly", client(), rate(40, Duration.ofHours(4)), 1);
    assertThat(passing(100, START, hourly)).isEqualTo(40);
  }

  @Test
  default void clientsHaveCountersOfTheirOwn() throws Exception {
    Allowance.Rate rate = rate(3, Duration.ofHours(4));
    String one = client();
    String other = client();
    assertThat(passing(10, START, line("rate", one, rate, 1))).isEqualTo(3);
    assertThat(passing(10, START, line("rate", other, rate, 1))).isEqualTo(3);
    assertThat(passing(10, START, line("other", one, rate, 1))).isEqualTo(3);
  }

  /**
   * Days of 23, 25 and 24 hours, a leap day, an hour that comes twice, months of 28 and 31 days, a
   * week over a change, and a quarter and a year.
   */
  @ParameterizedTest
  @CsvSource({
    "DAY, Europe/Berlin, 2026-03-28T23:00:00Z, PT23H",
    "DAY, Europe/Berlin, 2026-10-24T22:00:00Z, PT25H",
    "DAY, Asia/Kolkata, 2026-05-31T18:30:00Z, PT24H",
    "DAY, America/New_York, 2028-02-29T05:00:00Z, PT24H",
    "HOUR, America/New_York, 2026-11-01T05:00:00Z, PT1H",
    "MONTH, UTC, 2026-02-01T00:00:00Z, PT672H",
    "MONTH, Australia/Lord_Howe, 2026-09-30T13:30:00Z, PT743H30M",
    "WEEK, America/New_York, 2026-03-02T05:00:00Z, PT167H",
    "YEAR, Asia/Kolkata, 2026-12-31T18:30:00Z, PT8760H",
  })
  default void aQuotaBeginsAgainWhenItsPeriodDoes(
      Period period, String zone, Instant begin, Duration length) throws Exception {
    QuotaLine line = line("calendar", client(), new Allowance.Quota(3, period, ZoneId.of(zone)), 1);
    long first = begin.getEpochSecond() * SECOND;
    long next = first + length.toNanos();
    assertThat(passing(5, first - SECOND, line)).as("before it").isEqualTo(3);
    assertThat(passing(5, first, line)).as("as it begins").isEqualTo(3);
    assertThat(passing(5, next - SECOND, line)).as("before it ends").isZero();
    assertThat(passing(5, next, line)).as("after its end").isEqualTo(3);
  }

  /** As many as come in a period, evenly; what nobody used is not saved up for ever. */
  @Test
  default void aRateIsThereAgainBitByBit() throws Exception {
    QuotaLine line = line("rate", client(), new Allowance.Rate(60, Duration.ofHours(1), 4), 1);
    assertThat(passing(10, START, line)).isEqualTo(5);
    assertThat(passing(10, START + 59 * SECOND, line)).isZero();
    assertThat(passing(10, START + 60 * SECOND, line)).isOne();
    assertThat(passing(10, START + 240 * SECOND, line)).isEqualTo(3);
    assertThat(passing(10, START + 100_000 * SECOND, line)).isEqualTo(5);
  }

  /**
   * Three limits in any order by many threads: as many as the narrowest allows, and no deadlock.
   */
  @Test
  default void admitsNoMoreThanTheNarrowestToManyAtOnce() throws Exception {
    String client = client();
    List<QuotaLine> lines = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      lines.add(line("limit" + i, client, rate(300 + i, Duration.ofHours(24)), 1));
    }
    List<Callable<Integer>> callers = new ArrayList<>();
    for (int caller = 0; caller < 8; caller++) {
      Random random = new Random(caller);
      callers.add(() -> {
        int passed = 0;
        for (int i = 0; i < 100; i++) {
          List<QuotaLine> shuffled = new ArrayList<>(lines);
          Collections.shuffle(shuffled, random);
          passed += granted(store().charge(id(), shuffled, START)) ? 1 : 0;
        }
        return passed;
      });
    }
    int passed = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each : threads.invokeAll(callers)) {
        passed += each.get();
      }
    }
    // A lease that is on its way back is nobody's for a moment.
    int rest = passing(400, START + SECOND, lines.toArray(QuotaLine[]::new));
    assertThat(passed + rest).isEqualTo(300);
  }
}
