// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/*
 * A request is received, waits for up to five seconds, and is charged by the time at which it was
 * received; others are charged meanwhile. Some end, some are never heard of. The clock is set, by
 * seconds and now and then by an hour; midnight comes; other keys come, so that counters that count
 * nothing any more go.
 */
/** Histories of a process that counts alone, and how much passes in them at most. */
@Timeout(120)
final class InProcessHistoriesTest {
  private static final int THINGS = 3_000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long DAY = 86_400 * SECOND;
  private static final long HOUR = 3_600 * SECOND;
  private static final long MIDNIGHT =
      Instant.parse("2026-11-22T00:00:00Z").getEpochSecond() * SECOND;
  private static final long PATIENCE = 5 * SECOND;
  private static final long LEASE = Reservation.LEASE.toNanos();

  private static final Allowance.Rate RATE = new Allowance.Rate(60, Duration.ofSeconds(10), 39);
  private static final Allowance.Quota DAILY = new Allowance.Quota(50, Period.DAY, ZoneOffset.UTC);
  private static final Allowance.Concurrency AT_ONCE = new Allowance.Concurrency(7);

  /** What is received, and may be charged later. */
  private record Waiting(ChargeId id, long received, long stamp) {}

  /** The clock was set. */
  private record Step(long at, long from, long to) {}

  /** What passed. */
  private static final class Passed {
    private final ChargeId id;
    private final long received;
    private final long stamp;
    private final long day;
    private boolean running = true;
    private boolean successful;
    // Nobody has heard of it for too long, or the clock was set back too far.
    private boolean givenUp;

    Passed(Waiting request, long day) {
      this.id = request.id;
      this.received = request.received;
      this.stamp = request.stamp;
      this.day = day;
    }

    long received() {
      return received;
    }

    long day() {
      return day;
    }
  }

  /** What is drawn, and what comes of it. */
  private static final class History {
    private final Random random;
    private final boolean aLittle;
    private final InProcessQuotaStore store = new InProcessQuotaStore(100);
    private final List<QuotaLine> lines;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Passed> passed = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<QuotaLine> noise;
    private long now = MIDNIGHT - 15 * SECOND;
    private long skew;
    private long ids;
    private int mostAtOnce;

    /**
     * Nothing has happened yet.
     *
     * @param aLittle whether the clock is never more than two seconds astray: a process believes
     *     that it was set back when that and a wait are more than ten
     */
    History(long seed, boolean aLittle, QuotaLine... lines) throws UnloadablePlanException {
      this.random = new Random(seed);
      this.aLittle = aLittle;
      this.lines = List.of(lines);
      this.noise = List.of(line("noise", RATE, GivenBack.NEVER));
    }

    long clock() {
      return now + skew;
    }

    private ChargeId id() {
      ids++;
      return new ChargeId(ids, 7 * ids);
    }

    void live() {
      for (int i = 0; i < THINGS; i++) {
        int next = random.nextInt(100);
        if (next < 40) {
          waiting.add(new Waiting(id(), now, clock()));
        } else if (next < 75) {
          charge();
        } else if (next < 83) {
          end();
        } else if (next < 95) {
          pass();
        } else if (next < 99) {
          another();
        } else {
          set();
        }
        look();
      }
    }

    private void charge() {
      if (!waiting.isEmpty()) {
        charge(waiting.remove(random.nextInt(waiting.size())));
      }
    }

    boolean charge(Waiting request) {
      List<QuotaState> states = store.charge(request.id, lines, request.stamp);
      boolean granted = states.stream().allMatch(QuotaState::granted);
      if (granted) {
        // Of a quota it ends when its period does.
        long reset = request.stamp + states.getFirst().resetSeconds() * SECOND;
        passed.add(new Passed(request, Math.floorDiv(reset + HOUR, DAY) * DAY));
      }
      return granted;
    }

    boolean chargeNow() {
      return charge(new Waiting(id(), now, clock()));
    }

    private void end() {
      List<Passed> running = passed.stream().filter(one -> one.running).toList();
      if (running.isEmpty()) {
        return;
      }
      Passed one = running.get(random.nextInt(running.size()));
      one.running = false;
      boolean success = random.nextBoolean();
      // One of ten is never heard of.
      if (random.nextInt(10) > 0 && store.settle(one.id, success, clock())) {
        one.successful = success;
      }
    }

    private void pass() {
      now +=
          MILLI
              * switch (random.nextInt(20)) {
                case 0 -> random.nextLong(8_000);
                case 1, 2, 3 -> random.nextLong(1_000);
                default -> random.nextLong(40);
              };
      for (Waiting request : List.copyOf(waiting)) {
        if (now - request.received >= PATIENCE) {
          // Its client has gone.
          waiting.remove(request);
        }
      }
    }

    private void another() {
      QuotaLine known = noise.getFirst();
      CounterKey key = CounterKey.named("noise", "key", "k" + ++ids);
      store.charge(id(), List.of(new QuotaLine(key, known.meter(), 1)), clock());
    }

    private void set() {
      long most = random.nextInt(6) == 0 ? HOUR : 4 * SECOND;
      long by =
          aLittle ? random.nextLong(-2 * SECOND, 2 * SECOND) - skew : random.nextLong(-most, most);
      steps.add(new Step(now, clock(), clock() + by));
      skew += by;
    }

    private void look() {
      int atOnce = 0;
      for (Passed one : passed) {
        if (one.running) {
          one.givenUp |= one.stamp <= clock() - LEASE || one.stamp > clock() + PATIENCE;
          atOnce += one.givenUp ? 0 : 1;
        }
      }
      mostAtOnce = Math.max(mostAtOnce, atOnce);
    }

    /** Of each day: how many. */
    Map<Long, Long> days(boolean failuresOnly) {
      return passed.stream()
          .filter(one -> !failuresOnly || !one.successful)
          .collect(Collectors.groupingBy(Passed::day, Collectors.counting()));
    }

    /** How often the clock was set over an end: back, or so far that a wait looks like that. */
    long setOver(long end) {
      return steps.stream()
          .filter(step ->
              (step.from >= end && step.to < end)
                  || (step.from < end && step.to >= end && step.to - step.from > PATIENCE))
          .count();
    }

    /** Nanoseconds by which the clock was set in such a window. */
    long ahead(long from, long until) {
      return steps.stream()
          .filter(step -> step.at >= from && step.at < until)
          .mapToLong(step -> Math.abs(step.to - step.from))
          .sum();
    }
  }

  private static QuotaLine line(String limit, Allowance allowance, GivenBack givenBack)
      throws UnloadablePlanException {
    return new QuotaLine(CounterKey.named(limit, "key", "a"), Meter.of(allowance), 1, givenBack);
  }

  private static void judgeRate(History history, boolean failuresOnly, long onTop)
      throws UnloadablePlanException {
    Gcra meter = (Gcra) Meter.of(RATE);
    List<Long> times =
        history.passed.stream()
            .filter(one -> !failuresOnly || !one.successful)
            .map(Passed::received)
            .sorted(Comparator.naturalOrder())
            .toList();
    long window = RATE.per().toNanos();
    for (int first = 0, end = 0; first < times.size(); first++) {
      long from = times.get(first);
      while (end < times.size() && times.get(end) < from + window) {
        end++;
      }
      long most =
          Math.ceilDiv(
              window + history.ahead(from, from + window) + meter.tolerance(), meter.interval());
      assertThat((long) end - first).as("from %d on", from).isLessThanOrEqualTo(most + onTop);
    }
  }

  /** A rate in any window; and whatever the clock did, a bucket fills again in its time. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void noMoreThanARateAndNobodyIsLockedOut(long seed) throws UnloadablePlanException {
    History history = new History(seed, false, line("rate", RATE, GivenBack.NEVER));
    history.live();

    judgeRate(history, false, 0);
    assertThat(history.passed).hasSizeGreaterThan((int) RATE.requests());
    while (history.chargeNow()) {
      // Until the bucket is empty.
    }
    history.skew -= HOUR;
    boolean _ = history.chargeNow();
    history.now += RATE.per().toNanos() / RATE.requests() + Reservations.LONGEST_WAIT;
    assertThat(history.chargeNow()).as("long before an hour has come again").isTrue();
  }

  /** A quota in each period; once more each time that the clock was set over its end. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void noMoreThanAQuotaInEachPeriod(long seed) throws UnloadablePlanException {
    History history = new History(seed, false, line("daily", DAILY, GivenBack.NEVER));
    history.live();

    history
        .days(false)
        .forEach((day, requests) ->
            assertThat(requests)
                .as("to %d", day)
                .isLessThanOrEqualTo(DAILY.requests() * (1 + history.setOver(day))));
    assertThat(history.days(false).values()).contains(DAILY.requests());
  }

  /** So many at once of whom somebody has heard; and when all have ended, all places are free. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void noMoreAtOnce(long seed) throws UnloadablePlanException {
    History history = new History(seed, true, line("at-once", AT_ONCE, GivenBack.AT_THE_END));
    history.live();

    assertThat((long) history.mostAtOnce).isBetween(AT_ONCE.requests() - 1, AT_ONCE.requests());
    for (Passed one : history.passed) {
      boolean _ = history.store.settle(one.id, true, history.clock());
    }
    assertThat(history.store.reservations()).isZero();
    for (int i = 0; i < AT_ONCE.requests(); i++) {
      assertThat(history.chargeNow()).isTrue();
    }
    assertThat(history.chargeNow()).isFalse();
  }

  /** Failures, as requests; of a rate all of the burst again, for successes that end late. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void noMoreFailures(long seed) throws UnloadablePlanException {
    History rate = new History(seed, false, line("rate#failures", RATE, GivenBack.ON_SUCCESS));
    rate.live();
    judgeRate(rate, true, Meter.of(RATE).capacity());

    History quota = new History(seed, false, line("daily#failures", DAILY, GivenBack.ON_SUCCESS));
    quota.live();
    quota
        .days(true)
        .forEach((day, failures) ->
            assertThat(failures)
                .as("to %d", day)
                .isLessThanOrEqualTo(DAILY.requests() * (1 + quota.setOver(day))));
    assertThat(quota.passed.stream().filter(one -> one.successful)).isNotEmpty();
  }

  /** All limits of a request together or not at all, whatever refuses. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whatOneLimitRefusesNoOtherWasCharged(long seed) throws UnloadablePlanException {
    QuotaLine daily =
        line("daily", new Allowance.Quota(1_000_000, Period.YEAR, ZoneOffset.UTC), GivenBack.NEVER);
    History history =
        new History(
            seed,
            true,
            daily,
            line("rate", RATE, GivenBack.NEVER),
            line("at-once", AT_ONCE, GivenBack.AT_THE_END));
    history.live();

    assertThat(history.store.peek(List.of(daily), history.clock()).getFirst().remaining())
        .isEqualTo(1_000_000 - history.passed.size());
    assertThat((long) history.mostAtOnce).isBetween(AT_ONCE.requests() - 1, AT_ONCE.requests());
    judgeRate(history, false, 0);
  }

  /** Threads that interleave as they like, while the clock is set by a few seconds. */
  @Test
  void noMoreThanAnyLimitForThreadsThatInterleave() throws Exception {
    InProcessQuotaStore store = new InProcessQuotaStore(50);
    QuotaLine atOnce = line("at-once", new Allowance.Concurrency(3), GivenBack.AT_THE_END);
    QuotaLine rate = line("rate", RATE, GivenBack.NEVER);
    QuotaLine daily = line("daily", DAILY, GivenBack.NEVER);
    AtomicLong clock = new AtomicLong(MIDNIGHT - 2 * SECOND);
    AtomicLong ids = new AtomicLong();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger[] passed = {new AtomicInteger(), new AtomicInteger()};
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        Random random = new Random(thread);
        tasks.add(
            threads.submit(() -> {
              for (int i = 0; i < 20_000; i++) {
                ChargeId id = new ChargeId(ids.incrementAndGet(), random.nextLong());
                // From two seconds before midnight to two after it.
                clock.set(MIDNIGHT + random.nextLong(-2 * SECOND, 2 * SECOND));
                long stamp = clock.get();
                QuotaLine line = List.of(atOnce, rate, daily).get(i % 3);
                if (!store.charge(id, List.of(line), stamp).getFirst().granted()) {
                  continue;
                }
                if (i % 3 == 0) {
                  most.accumulateAndGet(running.incrementAndGet(), Math::max);
                  Thread.onSpinWait();
                  running.decrementAndGet();
                  boolean _ = store.settle(id, true, clock.get());
                } else {
                  passed[i % 3 - 1].incrementAndGet();
                }
              }
              return null;
            }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    }

    assertThat(most.get()).isBetween(1, 3);
    assertThat(running).hasValue(0);
    Gcra meter = (Gcra) rate.meter();
    assertThat((long) passed[0].get())
        .isLessThanOrEqualTo(Math.ceilDiv(4 * SECOND + meter.tolerance(), meter.interval()));
    assertThat((long) passed[1].get()).isBetween(DAILY.requests(), 2 * DAILY.requests());
    assertThat(store.reservations()).isZero();
  }
}
