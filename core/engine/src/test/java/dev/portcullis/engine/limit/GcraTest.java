// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GcraTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_795_000_000L * SECOND;

  @Test
  void grantsTheBurstAtOnceAndThenTheEvenRate() throws UnloadablePlanException {
    Meter meter = meter(10, Duration.ofSeconds(10), 2);
    CounterState counter = new CounterState();

    assertThat(charge(meter, counter, START)).isTrue();
    assertThat(charge(meter, counter, START)).isTrue();
    assertThat(charge(meter, counter, START)).isTrue();
    assertThat(charge(meter, counter, START)).isFalse();
    assertThat(meter.peek(counter, 1, START)).isEqualTo(new QuotaState(false, 0, 3, 1));
    assertThat(charge(meter, counter, START + SECOND - 1)).isFalse();
    assertThat(charge(meter, counter, START + SECOND)).isTrue();
    assertThat(charge(meter, counter, START + SECOND)).isFalse();
    assertThat(meter.peek(counter, 1, START + 10 * SECOND).remaining()).isEqualTo(3);
    assertThat(meter.idle(counter, START + 10 * SECOND)).isTrue();
  }

  @Test
  void neverAdmitsMoreThanItsBoundInAnyWindow() throws UnloadablePlanException {
    Random random = new Random(42);
    for (int round = 0; round < 200; round++) {
      long requests = 1L + random.nextInt(50);
      long burst = random.nextInt(20);
      long period = (1 + random.nextInt(20)) * SECOND + random.nextInt(1000);
      Meter meter = meter(requests, Duration.ofNanos(period), burst);
      CounterState counter = new CounterState();
      List<Long> admitted = new ArrayList<>();
      long now = START;
      for (int i = 0; i < 400; i++) {
        now += random.nextInt(3) == 0 ? 0 : random.nextLong(2 * period / requests + 1);
        if (charge(meter, counter, now)) {
          admitted.add(now);
        }
      }
      assertThat(mostInAnyWindow(admitted, period)).isLessThanOrEqualTo(requests + burst);
    }
  }

  @Test
  void grantsNothingForAStepBackOfTheClockAndLocksNobodyOut() throws UnloadablePlanException {
    Random random = new Random(43);
    for (int round = 0; round < 200; round++) {
      long requests = 1L + random.nextInt(20);
      long burst = random.nextInt(10);
      Meter meter = meter(requests, Duration.ofSeconds(requests), burst);
      CounterState counter = new CounterState();
      long now = START;
      long forward = 0;
      long admitted = 0;
      for (int i = 0; i < 300; i++) {
        long step =
            random.nextInt(4) == 0 ? -random.nextLong(3600 * SECOND) : random.nextLong(SECOND);
        now += step;
        forward += Math.max(0, step);
        admitted += charge(meter, counter, now) ? 1 : 0;
      }
      assertThat(admitted).isLessThanOrEqualTo(burst + 1 + forward / SECOND + 1);
      assertThat(meter.peek(counter, 1, now).retrySeconds()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void countsAtTheEdgesOfItsNumbers() throws UnloadablePlanException {
    Meter fastest = meter(Long.MAX_VALUE, Duration.ofSeconds(1), 1_000_000);
    assertThat(charge(fastest, new CounterState(), START)).isTrue();
    Meter slowest = meter(1, Duration.ofDays(366), 0);
    CounterState counter = new CounterState();
    assertThat(charge(slowest, counter, Long.MAX_VALUE / 2)).isTrue();
    assertThat(charge(slowest, counter, Long.MAX_VALUE / 2)).isFalse();
    assertThat(slowest.peek(counter, 1, Long.MAX_VALUE / 2).retrySeconds())
        .isEqualTo(366L * 86_400);
  }

  @Test
  void refusesNumbersThatItCannotCountWith() {
    assertThatThrownBy(() -> meter(0, Duration.ofSeconds(1), 0))
        .isInstanceOf(UnloadablePlanException.class);
    assertThatThrownBy(() -> meter(1, Duration.ofSeconds(Long.MAX_VALUE), 0))
        .isInstanceOf(UnloadablePlanException.class);
    assertThatThrownBy(() -> meter(1, Duration.ofSeconds(1), -1))
        .isInstanceOf(UnloadablePlanException.class);
    assertThatThrownBy(() -> meter(1, Duration.ofDays(1), Long.MAX_VALUE))
        .isInstanceOf(UnloadablePlanException.class);
  }

  @Test
  void takesACostForSoManyRequestsAtOnce() throws UnloadablePlanException {
    Random random = new Random(44);
    for (int round = 0; round < 500; round++) {
      Meter meter = meter(1L + random.nextInt(20), Duration.ofSeconds(10), random.nextInt(20));
      CounterState dear = new CounterState();
      CounterState single = new CounterState();
      long now = START;
      for (int i = 0; i < 100; i++) {
        now += random.nextLong(2 * SECOND);
        long cost = 1 + random.nextLong(meter.capacity());
        boolean room = meter.peek(single, 1, now).remaining() >= cost;
        assertThat(meter.peek(dear, cost, now).granted()).isEqualTo(room);
        if (room) {
          QuotaState after = meter.charge(dear, cost, now);
          QuotaState last = after;
          for (long each = 0; each < cost; each++) {
            last = meter.charge(single, 1, now);
          }
          assertThat(after).isEqualTo(last);
        } else {
          long retry = meter.peek(dear, cost, now).retrySeconds();
          assertThat(retry).isPositive();
          assertThat(meter.peek(dear, cost, now + retry * SECOND).granted()).isTrue();
        }
      }
    }
  }

  @Test
  void holdsItsBurstAndOneMore() throws UnloadablePlanException {
    Meter meter = meter(10, Duration.ofSeconds(10), 2);

    assertThat(meter.capacity()).isEqualTo(3);
    assertThat(meter.peek(new CounterState(), 3, START)).isEqualTo(new QuotaState(true, 3, 0, 0));
    CounterState counter = new CounterState();
    assertThat(meter.charge(counter, 2, START)).isEqualTo(new QuotaState(true, 1, 2, 0));
    assertThat(meter.peek(counter, 2, START)).isEqualTo(new QuotaState(false, 1, 2, 1));
  }

  @Test
  void holdsWhatIsBeyondTheBurstUntilItsTurn() throws UnloadablePlanException {
    Meter meter = delaying(10, Duration.ofSeconds(10), 1, 2);
    CounterState counter = new CounterState();

    assertThat(meter.charge(counter, 1, START)).isEqualTo(new QuotaState(true, 1, 1, 0));
    assertThat(meter.charge(counter, 1, START)).isEqualTo(new QuotaState(true, 0, 2, 0));
    assertThat(meter.peek(counter, 1, START)).isEqualTo(new QuotaState(true, 0, 2, 0, SECOND));
    // When it goes on, two seconds more than it waited are charged.
    assertThat(meter.charge(counter, 1, START)).isEqualTo(new QuotaState(true, 0, 2, 0, SECOND));
    assertThat(meter.charge(counter, 1, START))
        .isEqualTo(new QuotaState(true, 0, 2, 0, 2 * SECOND));
    assertThat(meter.peek(counter, 1, START)).isEqualTo(new QuotaState(false, 0, 4, 1, 2 * SECOND));
    assertThat(meter.peek(counter, 1, START + SECOND))
        .isEqualTo(new QuotaState(true, 0, 3, 0, 2 * SECOND));
  }

  /** What arrives after it was held is what a limit that holds nothing admits. */
  @Test
  void letsNothingArriveThatTheRateDoesNotAdmitAndHoldsNothingLongerThanItMay()
      throws UnloadablePlanException {
    Random random = new Random(45);
    long held = 0;
    long refused = 0;
    for (int round = 0; round < 300; round++) {
      long requests = 1L + random.nextInt(50);
      long burst = random.nextInt(20);
      long period = (1 + random.nextInt(20)) * SECOND + random.nextInt(1000);
      long longest = 1L + random.nextInt(10);
      Meter meter = delaying(requests, Duration.ofNanos(period), burst, longest);
      Meter judge = meter(requests, Duration.ofNanos(period), burst);
      CounterState counter = new CounterState();
      CounterState judged = new CounterState();
      List<Long> arrivals = new ArrayList<>();
      boolean dear = random.nextBoolean();
      long now = START;
      for (int i = 0; i < 400; i++) {
        now += random.nextInt(3) == 0 ? 0 : random.nextLong(2 * period / requests + 1);
        long cost = dear ? 1 + random.nextLong(meter.capacity()) : 1;
        QuotaState peeked = meter.peek(counter, cost, now);
        if (!peeked.granted()) {
          // It would have to wait for longer than it may; a second earlier than told, too.
          assertThat(peeked.retrySeconds()).isPositive();
          assertThat(meter.peek(counter, cost, now + peeked.retrySeconds() * SECOND).granted())
              .isTrue();
          assertThat(
                  judge.peek(judged, cost, now + Duration.ofSeconds(longest).toNanos()).granted())
              .isFalse();
          refused++;
          continue;
        }
        QuotaState charged = meter.charge(counter, cost, now);
        assertThat(charged.delay()).isEqualTo(peeked.delay());
        assertThat(charged.delay()).isBetween(0L, longest * SECOND);
        held += charged.delay() > 0 ? 1 : 0;
        long arrival = now + charged.delay();
        assertThat(judge.peek(judged, cost, arrival).granted()).isTrue();
        QuotaState after = judge.charge(judged, cost, arrival);
        assertThat(charged.remaining()).isEqualTo(after.remaining());
        assertThat(charged.resetSeconds()).isEqualTo(after.resetSeconds());
        if (!dear) {
          arrivals.add(arrival);
        }
      }
      assertThat(mostInAnyWindow(arrivals, period)).isLessThanOrEqualTo(requests + burst);
    }
    assertThat(held).isGreaterThan(1000);
    assertThat(refused).isGreaterThan(1000);
  }

  /** Where clocks step, nobody waits longer than the longest wait, nor is locked out for longer. */
  @Test
  void holdsNothingLongerThoughTheClockStepsBack() throws UnloadablePlanException {
    Random random = new Random(46);
    for (int round = 0; round < 200; round++) {
      Meter meter = delaying(10, Duration.ofSeconds(10), random.nextInt(5), 3);
      CounterState counter = new CounterState();
      long now = START;
      for (int i = 0; i < 300; i++) {
        now += random.nextInt(4) == 0 ? -random.nextLong(3600 * SECOND) : random.nextLong(SECOND);
        QuotaState state = meter.peek(counter, 1, now);
        assertThat(state.delay()).isBetween(0L, 3 * SECOND);
        assertThat(state.retrySeconds()).isLessThanOrEqualTo(1);
        if (state.granted()) {
          meter.charge(counter, 1, now);
        }
      }
    }
  }

  @Test
  void refusesDelaysThatItCannotCountWith() {
    for (Duration longest :
        List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofNanos(10_000_000_001L))) {
      assertThatThrownBy(() -> Meter.of(new Allowance.Rate(1, Duration.ofSeconds(1), 0), longest))
          .isInstanceOf(UnloadablePlanException.class)
          .hasMessageContaining("delay");
    }
    assertThatThrownBy(() ->
            Meter.of(
                new Allowance.Quota(1, Allowance.Period.DAY, ZoneId.of("UTC")),
                Duration.ofSeconds(1)))
        .isInstanceOf(UnloadablePlanException.class)
        .hasMessageContaining("only a rate");
  }

  /** Replicas that count alone hold nothing longer either. */
  @Test
  void holdsInItsShareToo() throws UnloadablePlanException {
    Meter share = delaying(10, Duration.ofSeconds(10), 1, 2).share(2);
    CounterState counter = new CounterState();

    assertThat(share.charge(counter, 1, START).delay()).isZero();
    assertThat(share.charge(counter, 1, START).delay()).isEqualTo(2 * SECOND);
    assertThat(share.peek(counter, 1, START).granted()).isFalse();
  }

  private static long mostInAnyWindow(List<Long> moments, long period) {
    long most = 0;
    int from = 0;
    for (int to = 0; to < moments.size(); to++) {
      while (moments.get(from) <= moments.get(to) - period) {
        from++;
      }
      most = Math.max(most, (long) to - from + 1);
    }
    return most;
  }

  private static boolean charge(Meter meter, CounterState counter, long now) {
    boolean granted = meter.peek(counter, 1, now).granted();
    if (granted) {
      assertThat(meter.charge(counter, 1, now).granted()).isTrue();
    }
    return granted;
  }

  private static Meter meter(long requests, Duration per, long burst)
      throws UnloadablePlanException {
    return Meter.of(new Allowance.Rate(requests, per, burst));
  }

  private static Meter delaying(long requests, Duration per, long burst, long longestSeconds)
      throws UnloadablePlanException {
    return Meter.of(new Allowance.Rate(requests, per, burst), Duration.ofSeconds(longestSeconds));
  }
}
