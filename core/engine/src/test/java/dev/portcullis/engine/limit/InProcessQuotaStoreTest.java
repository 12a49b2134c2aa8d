// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InProcessQuotaStoreTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 1_795_000_000L * SECOND;

  private final AtomicInteger nextId = new AtomicInteger();

  @Test
  void chargesAllLinesOrNone() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(100);
    QuotaLine wide = line("wide", "a", 100);
    QuotaLine narrow = line("narrow", "a", 1);

    assertThat(granted(store.charge(id(), List.of(wide, narrow), NOW))).isTrue();
    for (int i = 0; i < 50; i++) {
      assertThat(granted(store.charge(id(), List.of(wide, narrow), NOW))).isFalse();
    }

    assertThat(store.peek(List.of(wide), NOW).getFirst().remaining()).isEqualTo(99);
  }

  @Test
  void chargesARepeatedRequestOnce() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(100);
    QuotaLine line = line("limit", "a", 10);
    ChargeId id = id();

    List<QuotaState> first = store.charge(id, List.of(line), NOW);
    List<QuotaState> again = store.charge(id, List.of(line), NOW + SECOND);

    assertThat(granted(again)).isTrue();
    assertThat(first.getFirst().remaining()).isEqualTo(9);
    assertThat(store.peek(List.of(line), NOW + SECOND).getFirst().remaining()).isEqualTo(9);
    store.charge(id, List.of(line), NOW + 11 * SECOND);
    assertThat(store.peek(List.of(line), NOW + 11 * SECOND).getFirst().remaining()).isEqualTo(9);
  }

  @Test
  void repeatsARefusalToo() throws UnloadablePlanException {
    InProcessQuotaStore store = new InProcessQuotaStore(100);
    QuotaLine line = line("limit", "a", 1);
    store.charge(id(), List.of(line), NOW);
    ChargeId refused = id();

    assertThat(granted(store.charge(refused, List.of(line), NOW))).isFalse();
    assertThat(granted(store.charge(refused, List.of(line), NOW))).isFalse();
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

  private ChargeId id() {
    return new ChargeId(nextId.incrementAndGet(), 7L * nextId.get());
  }

  private static boolean granted(List<QuotaState> states) {
    return states.stream().allMatch(QuotaState::granted);
  }

  private static QuotaLine line(String limit, String key, long requests)
      throws UnloadablePlanException {
    return new QuotaLine(
        CounterKey.named(limit, "key", key),
        Meter.of(new Allowance.Rate(requests, Duration.ofSeconds(100), requests - 1)));
  }
}
