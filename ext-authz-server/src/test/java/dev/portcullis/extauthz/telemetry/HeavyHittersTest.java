// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.extauthz.telemetry.HeavyHitters.Hitter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeavyHittersTest {
  private static final long START = Long.MAX_VALUE - HeavyHitters.HALF_LIFE / 2;

  private final HeavyHitters hitters = new HeavyHitters(16, START);

  private void count(Object who, int times, long now) {
    for (int i = 0; i < times; i++) {
      hitters.count(who, now);
    }
  }

  @Test
  void namesWhoComesMostOften() {
    count("acme", 7, START);
    count("globex", 9, START);
    count("initech", 1, START);
    assertThat(hitters.top(2, START))
        .containsExactly(new Hitter("globex", 9), new Hitter("acme", 7));
  }

  /**
   * What is told of each is what it was, or less by as much as one counter holds on average; of
   * whom nothing is told came no more often than twice that.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsToItsErrorBoundInBoundedMemory(long seed) {
    Random random = new Random(seed);
    int often = 1 + random.nextInt(40);
    int strangers = 1 + random.nextInt(20_000);
    int strangeness = 2 + random.nextInt(4);
    Map<Object, Long> truth = new HashMap<>();
    int all = 20_000;
    for (int i = 0; i < all; i++) {
      String who =
          random.nextInt(strangeness) == 0
              ? "stranger-" + random.nextInt(strangers)
              : "often-" + Math.min(random.nextInt(often), random.nextInt(often));
      truth.merge(who, 1L, Long::sum);
      hitters.count(who, START);
      assertThat(hitters.size()).isLessThanOrEqualTo(16);
    }
    Map<Object, Long> told =
        hitters.top(Integer.MAX_VALUE, START).stream()
            .collect(Collectors.toMap(Hitter::who, Hitter::atLeast));
    assertThat(truth.keySet()).containsAll(told.keySet());
    truth.forEach((who, times) ->
        assertThat(times - told.getOrDefault(who, 0L))
            .as("%s", who)
            .isBetween(0L, (told.containsKey(who) ? 1L : 2L) * all / 16));
  }

  /** As it is halved, too: nobody has more than came of him, each halved when all were. */
  @Test
  void keepsToItsErrorBoundWhileItForgets() {
    Random random = new Random(9);
    Map<Object, Double> truth = new HashMap<>();
    for (int half = 0; half < 5; half++) {
      truth.replaceAll((_, times) -> times / 2);
      long now = START + half * HeavyHitters.HALF_LIFE;
      for (int i = 0; i < 5_000; i++) {
        String who = "c" + Math.min(random.nextInt(200), random.nextInt(200));
        truth.merge(who, 1.0, Double::sum);
        hitters.count(who, now);
      }
      assertThat(hitters.top(16, now))
          .allSatisfy(each ->
              assertThat((double) each.atLeast())
                  .isLessThanOrEqualTo(truth.getOrDefault(each.who(), 0.0)));
    }
  }

  @Test
  void losesNothingOfOrderWhileManyCountAndOneLooks() throws InterruptedException {
    int each = 20_000;
    List<Thread> threads =
        IntStream.range(0, 4)
            .mapToObj(thread ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int i = 0; i < each; i++) {
                        hitters.count(i % 2 == 0 ? "acme" : "c" + thread + "-" + i, START);
                      }
                    }))
            .toList();
    for (Thread thread : threads) {
      while (!thread.join(Duration.ofMillis(1))) {
        assertThat(hitters.top(16, START)).hasSizeLessThanOrEqualTo(16);
      }
    }
    // Those that found the lock taken are not counted.
    assertThat(hitters.size()).isEqualTo(16);
    assertThat(hitters.top(1, START))
        .singleElement()
        .satisfies(first -> {
          assertThat(first.who()).isEqualTo("acme");
          assertThat(first.atLeast()).isBetween(1L, 2L * each);
        });
  }

  /** Somebody whose name takes a while to read, while the counters are locked. */
  private record Slow(CountDownLatch reading, CountDownLatch read) {
    @Override
    public int hashCode() {
      reading.countDown();
      try {
        assertThat(read.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }
  }

  @Test
  @Timeout(120)
  void whoCountsNeverWaits() throws InterruptedException {
    Slow slow = new Slow(new CountDownLatch(1), new CountDownLatch(1));
    Thread counting = Thread.ofPlatform().start(() -> hitters.count(slow, START));
    slow.reading().await();
    // Would wait until the test is over.
    hitters.count("acme", START);
    slow.read().countDown();
    counting.join();
    assertThat(hitters.top(16, START)).containsExactly(new Hitter(slow, 1));
  }

  /** Names of a flood that invents them would say nothing and be new with each scrape. */
  @Test
  void namesNobodyOfAFloodOfStrangersButWhoComesOften() {
    for (int i = 0; i < 10_000; i++) {
      hitters.count("stranger-" + i, START);
      if (i % 3 == 0) {
        hitters.count("acme", START);
      }
    }
    assertThat(hitters.top(10, START)).extracting(Hitter::who).containsExactly("acme");
  }

  @Test
  void forgetsByHalves() {
    count("acme", 8, START);
    count("globex", 1, START);
    // The clock has no beginning, and may pass its own end.
    long later = START + HeavyHitters.HALF_LIFE;
    assertThat(hitters.top(10, later)).containsExactly(new Hitter("acme", 4));
    assertThat(hitters.top(10, later + 2 * HeavyHitters.HALF_LIFE))
        .containsExactly(new Hitter("acme", 1));
    assertThat(hitters.top(10, later + 200 * HeavyHitters.HALF_LIFE)).isEmpty();
  }
}
