// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What only counters in a process do; what all stores do is in the kit of the decision service. */
class InProcessQuotaStoreTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 1_795_000_000L * SECOND;

  private final AtomicInteger nextId = new AtomicInteger();

  @Test
  void takesNoCostThatTheLimitNeverHolds() {
    assertThatThrownBy(() -> line("limit", "a", 5, 6)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> line("limit", "a", 5, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hasRoomForAtLeastOneCounter() throws UnloadablePlanException {
    assertThatThrownBy(() -> new InProcessQuotaStore(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("capacity");
    InProcessQuotaStore store = new InProcessQuotaStore(1);
    assertThat(store.size()).isZero();
    store.charge(id(), List.of(line("limit", "a", 2)), NOW);
    assertThat(store.size()).isEqualTo(1);
  }

  /** Who asks how a key without room stands is told of the counter that it shares. */
  @Test
  void peeksAtTheOverflowWhenThereIsNoRoom() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(1);
    store.charge(id(), List.of(line("limit", "known", 5)), NOW);
    assertThat(granted(store.charge(id(), List.of(line("limit", "x", 5)), NOW))).isTrue();

    assertThat(store.peek(List.of(line("limit", "y", 5)), NOW).getFirst().remaining()).isEqualTo(4);
    assertThat(store.peek(List.of(line("limit", "known", 5)), NOW).getFirst().remaining())
        .isEqualTo(4);
    assertThat(store.peek(List.of(line("other", "y", 5)), NOW).getFirst().remaining()).isEqualTo(5);
  }

  @Test
  void chargesAKeyAgainThatWasRemovedMeanwhile() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(100);
    QuotaLine line = line("limit", "a", 2);
    store.charge(id(), List.of(line), NOW);
    long later = NOW + 1000 * SECOND;
    for (int i = 0; i < 20; i++) {
      store.charge(id(), List.of(line("limit", "other" + i, 2)), later);
    }

    assertThat(store.charge(id(), List.of(line), later).getFirst().remaining()).isEqualTo(1);
    assertThat(store.charge(id(), List.of(line), later).getFirst().remaining()).isZero();
    assertThat(granted(store.charge(id(), List.of(line), later))).isFalse();
  }

  /** It was received before midnight, and others have come since. */
  @Test
  void countsWhoWaitedOverTheEndOfAPeriodInThatPeriod() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(100);
    long midnight = Math.ceilDiv(NOW, 86_400 * SECOND) * 86_400 * SECOND;
    QuotaLine daily =
        new QuotaLine(
            CounterKey.named("daily", "key", "a"),
            Meter.of(new Allowance.Quota(2, Allowance.Period.DAY, ZoneOffset.UTC)),
            1);
    store.charge(id(), List.of(daily), midnight - 4 * SECOND);
    store.charge(id(), List.of(daily), midnight - 4 * SECOND);
    for (int i = 0; i < 20; i++) {
      store.charge(id(), List.of(line("limit", "other" + i, 2)), midnight + SECOND);
    }

    assertThat(granted(store.charge(id(), List.of(daily), midnight - SECOND))).isFalse();
    assertThat(granted(store.charge(id(), List.of(daily), midnight + SECOND))).isTrue();
  }

  @Test
  void keepsKnownCountersWhenAnAttackerInventsKeys() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(1000);
    QuotaLine victim = line("limit", "victim", 5);
    for (int i = 0; i < 5; i++) {
      assertThat(granted(store.charge(id(), List.of(victim), NOW))).isTrue();
    }

    int passed = 0;
    for (int i = 0; i < 20_000; i++) {
      passed += granted(store.charge(id(), List.of(line("limit", "x" + i, 5)), NOW)) ? 1 : 0;
    }

    assertThat(store.size()).isLessThanOrEqualTo(1001);
    assertThat(passed).isLessThanOrEqualTo(999 + 5);
    assertThat(granted(store.charge(id(), List.of(victim), NOW))).isFalse();
  }

  @Test
  void makesRoomFromCountersThatNoLongerCount() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(1000);
    for (int round = 0; round < 20; round++) {
      long now = NOW + round * 1000L * SECOND;
      for (int i = 0; i < 500; i++) {
        String key = round + "-" + i;
        assertThat(granted(store.charge(id(), List.of(line("limit", key, 1)), now))).isTrue();
      }
    }

    assertThat(store.size()).isLessThanOrEqualTo(1000);
  }

  @Test
  void admitsExactlyTheLimitFromManyThreads() throws Exception {
    InProcessQuotaStore store = new InProcessQuotaStore(64);
    List<QuotaLine> shared = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      shared.add(line("limit" + i, "k", 500 + i));
    }
    AtomicInteger admitted = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int seed = t;
        tasks.add(
            threads.submit(() -> {
              Random random = new Random(seed);
              for (int i = 0; i < 2000; i++) {
                // The same lines in any order must not deadlock.
                List<QuotaLine> lines = new ArrayList<>(shared);
                Collections.shuffle(lines, random);
                if (granted(store.charge(id(), lines, NOW))) {
                  admitted.incrementAndGet();
                }
                store.charge(id(), List.of(line("noise", "n" + random.nextInt(), 1)), NOW + i);
              }
              return null;
            }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } finally {
      threads.shutdownNow();
    }

    assertThat(admitted).hasValue(500);
    assertThat(store.peek(shared, NOW).get(2).remaining()).isEqualTo(2);
  }

  /** The first requests of a key come together, while others take the last room. */
  @Test
  void countsAKeyInOnePlaceWhenItIsNewToManyThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 200000; round++) {
        InProcessQuotaStore store = new InProcessQuotaStore(4);
        CyclicBarrier start = new CyclicBarrier(3);
        List<QuotaLine> shared = List.of(line("limit", "k", 1));
        List<Future<Boolean>> first = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
          int thread = t;
          first.add(
              threads.submit(() -> {
                start.await();
                boolean passed = granted(store.charge(id(), shared, NOW));
                for (int i = 0; i < 4; i++) {
                  store.charge(id(), List.of(line("noise", thread + "-" + i, 1)), NOW);
                }
                return passed;
              }));
        }
        int passed = 0;
        for (Future<Boolean> each : first) {
          passed += each.get() ? 1 : 0;
        }
        assertThat(passed).as("round %s", round).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private ChargeId id() {
    return new ChargeId(nextId.incrementAndGet(), 7L * nextId.get());
  }

  private static boolean granted(List<QuotaState> states) {
    return states.stream().allMatch(QuotaState::granted);
  }

  private static QuotaLine line(String limit, String key, long requests)
      throws UnloadablePlanException {
    return line(limit, key, requests, 1);
  }

  private static QuotaLine line(String limit, String key, long requests, long cost)
      throws UnloadablePlanException {
    return new QuotaLine(
        CounterKey.named(limit, "key", key),
        Meter.of(new Allowance.Rate(requests, Duration.ofSeconds(100), requests - 1)),
        cost);
  }

  /** A million counters need up to 300 MB, which is more than the heap of a small pod. */
  @Test
  void whoInventsKeysCannotFillTheHeap() {
    assertThat(InProcessQuotaStore.capacityIn(192L << 20)).isBetween(150_000, 170_000);
    assertThat(InProcessQuotaStore.capacityIn(4L << 30)).isEqualTo(1_000_000);
    assertThat(InProcessQuotaStore.capacityIn(Long.MAX_VALUE)).isEqualTo(1_000_000);
    assertThat(InProcessQuotaStore.capacityIn(1)).isEqualTo(1_000);
  }
}
