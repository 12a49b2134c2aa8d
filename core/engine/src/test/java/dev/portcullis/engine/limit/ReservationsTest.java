// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charges that wait for the ends of their requests. */
class ReservationsTest {
  private static final long NOW = 1_800_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final long LEASE = Reservation.LEASE.toNanos();

  private final InProcessQuotaStore store = new InProcessQuotaStore(1000);
  private long next;

  private ChargeId id() {
    return new ChargeId(++next, next * 31);
  }

  private static QuotaLine atOnce(String key, long requests, long cost)
      throws UnloadablePlanException {
    return new QuotaLine(
        CounterKey.named("shop/orders/work#at-once", "key", key),
        Meter.of(new Allowance.Concurrency(requests)),
        cost);
  }

  private static QuotaLine failures(Allowance allowance) throws UnloadablePlanException {
    return new QuotaLine(
        CounterKey.named("shop/orders/login#failures", "key", "a"),
        Meter.of(allowance),
        1,
        GivenBack.ON_SUCCESS);
  }

  private boolean charge(ChargeId id, long now, QuotaLine... lines) {
    return store.charge(id, List.of(lines), now).stream().allMatch(QuotaState::granted);
  }

  @Test
  void freesAPlaceWhenARequestEnds() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 2, 1);
    ChargeId first = id();

    assertThat(charge(first, NOW, line)).isTrue();
    assertThat(charge(id(), NOW, line)).isTrue();
    assertThat(charge(id(), NOW, line)).isFalse();
    assertThat(store.settle(first, false, NOW)).isTrue();
    assertThat(store.settle(first, false, NOW)).as("once only").isFalse();
    assertThat(charge(id(), NOW, line)).isTrue();
    assertThat(charge(id(), NOW, line)).isFalse();
    assertThat(store.reservations()).isEqualTo(2);
  }

  @Test
  void tellsWhoIsRefusedToComeBackInASecond() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 3, 2);

    QuotaState first = store.charge(id(), List.of(line), NOW).getFirst();
    QuotaState second = store.charge(id(), List.of(line), NOW).getFirst();

    assertThat(first).isEqualTo(new QuotaState(true, 1, 1, 0));
    assertThat(second).isEqualTo(new QuotaState(false, 1, 1, 1));
  }

  @Test
  void givesUpWhomNobodyHearsOf() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 2, 1);
    ChargeId heard = id();
    assertThat(charge(heard, NOW, line)).isTrue();
    assertThat(charge(id(), NOW, line)).isTrue();

    store.renew(heard, NOW + LEASE - 1);

    assertThat(charge(id(), NOW + LEASE - 1, line)).isFalse();
    assertThat(charge(id(), NOW + LEASE, line)).isTrue();
    assertThat(charge(id(), NOW + LEASE, line)).isFalse();
    assertThat(store.abandoned()).isEqualTo(1);
    assertThat(store.settle(heard, true, NOW + LEASE)).isTrue();
    assertThat(charge(id(), NOW + LEASE, line)).isTrue();
  }

  /** It comes with the time at which it was received, and others have come since. */
  @Test
  void takesNobodysPlaceForARequestThatWaited() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 2, 1);
    assertThat(charge(id(), NOW, line)).isTrue();
    assertThat(charge(id(), NOW, line)).isTrue();

    for (long waited : new long[] {1, SECOND, Reservations.LONGEST_WAIT}) {
      assertThat(charge(id(), NOW - waited, line)).isFalse();
      assertThat(store.peek(List.of(line), NOW - waited).getFirst().granted()).isFalse();
    }
    assertThat(store.abandoned()).isZero();
  }

  /** Else its places would be taken until the clock is there again. */
  @Test
  void givesUpWhatIsOfAClockThatWasSetBackSince() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 1, 1);
    assertThat(charge(id(), NOW, line)).isTrue();
    assertThat(charge(id(), NOW - Reservations.LONGEST_WAIT - 1, line)).isTrue();
  }

  /** Who only looks finds a place free too, else nobody would ever charge again. */
  @Test
  void looksPastThoseOfWhomNobodyHears() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 1, 1);
    assertThat(charge(id(), NOW, line)).isTrue();

    assertThat(store.peek(List.of(line), NOW + LEASE - 1).getFirst().granted()).isFalse();
    assertThat(store.peek(List.of(line), NOW + LEASE).getFirst().granted()).isTrue();
  }

  @Test
  void holdsNoPlaceForWhatAnotherLimitRefuses() throws UnloadablePlanException {
    QuotaLine line = atOnce("a", 5, 1);
    QuotaLine narrow = atOnce("b", 1, 1);

    assertThat(charge(id(), NOW, line, narrow)).isTrue();
    for (int i = 0; i < 10; i++) {
      assertThat(charge(id(), NOW, line, narrow)).isFalse();
    }

    assertThat(store.peek(List.of(line), NOW).getFirst().remaining()).isEqualTo(4);
    assertThat(store.reservations()).isEqualTo(1);
  }

  /** Those that are under way count, so that nobody guesses more often by guessing faster. */
  @Test
  void chargesWhatHasNotEnded() throws UnloadablePlanException {
    QuotaLine line = failures(new Allowance.Rate(5, Duration.ofMinutes(10), 4));

    int admitted = 0;
    for (int i = 0; i < 500; i++) {
      admitted += charge(id(), NOW, line) ? 1 : 0;
    }

    assertThat(admitted).isEqualTo(5);
    // Nobody ever says how they ended.
    assertThat(charge(id(), NOW + LEASE, line)).isFalse();
    assertThat(store.reservations()).isZero();
  }

  @Test
  void admitsNothingWhoseEndItCannotRemember() throws UnloadablePlanException {
    InProcessQuotaStore small = new InProcessQuotaStore(3);
    for (int i = 0; i < 3; i++) {
      assertThat(small.charge(id(), List.of(atOnce("a", 100, 1)), NOW).getFirst().granted())
          .isTrue();
    }

    QuotaState state = small.charge(id(), List.of(atOnce("a", 100, 1)), NOW).getFirst();

    assertThat(state.granted()).isFalse();
    assertThat(state.retrySeconds()).isEqualTo(1);
  }

  /** Who only gets something back after a success leaves room for who must end. */
  @Test
  void failuresGiveWayToWhatIsAtOnce() throws UnloadablePlanException {
    InProcessQuotaStore small = new InProcessQuotaStore(4);
    QuotaLine line = failures(new Allowance.Rate(100, Duration.ofMinutes(10), 99));
    for (int i = 0; i < 10; i++) {
      assertThat(small.charge(id(), List.of(line), NOW).getFirst().granted()).isTrue();
    }

    assertThat(small.reservations()).isEqualTo(2);
    assertThat(small.crowdedOut()).isEqualTo(8);
    assertThat(small.charge(id(), List.of(atOnce("a", 9, 1)), NOW).getFirst().granted()).isTrue();
    assertThat(small.charge(id(), List.of(atOnce("a", 9, 1)), NOW).getFirst().granted()).isTrue();
    assertThat(small.charge(id(), List.of(atOnce("a", 9, 1)), NOW).getFirst().granted()).isFalse();
    assertThat(small.crowdedOut()).isEqualTo(9);
  }

  /** A charge that is made again under its name, after that was forgotten, takes one place. */
  @Test
  void aNameHoldsOnePlace() throws UnloadablePlanException {
    ChargeId id = id();
    QuotaLine line = atOnce("a", 2, 1);
    long later = NOW + 11 * SECOND;

    assertThat(charge(id, NOW, line)).isTrue();
    assertThat(charge(id, later, line)).isTrue();

    assertThat(store.peek(List.of(line), later).getFirst().remaining()).isEqualTo(1);
    assertThat(store.settle(id, true, later)).isTrue();
    assertThat(store.peek(List.of(line), later).getFirst().remaining()).isEqualTo(2);
  }

  /** The share of somebody alone ends after a second, what is beside it does not. */
  @Test
  void eachLineHasItsOwnLease() throws UnloadablePlanException {
    QuotaLine whole = atOnce("a", 5, 1);
    Meter share = atOnce("b", 10, 1).meter().share(2);
    QuotaLine half =
        new QuotaLine(CounterKey.named("shop/orders/other#at-once", "key", "b"), share, 1);

    assertThat(charge(id(), NOW, whole, half)).isTrue();

    assertThat(store.peek(List.of(whole, half), NOW + SECOND))
        .extracting(QuotaState::remaining)
        .containsExactly(4L, 5L);
    assertThat(atOnce("b", 10, 1).meter().share(1)).isEqualTo(atOnce("b", 10, 1).meter());
  }

  /** Random requests that end, go on, are lost and come back late: never more than the limit. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverHoldsMoreThanTheLimit(long seed) throws UnloadablePlanException {
    Random random = new Random(seed);
    long limit = 1 + random.nextLong(8);
    Map<ChargeId, long[]> running = new HashMap<>();
    Deque<ChargeId> ended = new ArrayDeque<>();
    long now = NOW;
    for (int i = 0; i < 5000; i++) {
      now += random.nextInt(4) == 0 ? random.nextLong(4 * SECOND) : random.nextLong(SECOND / 10);
      long at = now;
      running.values().removeIf(each -> each[0] <= at);
      long used = running.values().stream().mapToLong(each -> each[1]).sum();
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> {
          long cost = 1 + random.nextLong(limit);
          ChargeId id = id();
          boolean granted = charge(id, now, atOnce("a", limit, cost));
          assertThat(granted).as("step %d", i).isEqualTo(used + cost <= limit);
          if (granted) {
            running.put(id, new long[] {now + LEASE, cost});
          }
        }
        case 3 -> {
          for (ChargeId each : List.copyOf(running.keySet())) {
            if (random.nextBoolean()) {
              assertThat(store.settle(each, random.nextBoolean(), now)).isTrue();
              running.remove(each);
              ended.add(each);
            }
          }
        }
        case 4 -> {
          for (Map.Entry<ChargeId, long[]> each : new ArrayList<>(running.entrySet())) {
            if (random.nextBoolean()) {
              store.renew(each.getKey(), now);
              each.getValue()[0] = now + LEASE;
            }
          }
        }
        default -> {
          if (!ended.isEmpty()) {
            assertThat(store.settle(ended.poll(), true, now)).isFalse();
          }
        }
      }
    }
  }
}
