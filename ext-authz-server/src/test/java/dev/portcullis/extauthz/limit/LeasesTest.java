// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.CounterState;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LeasesTest {
  private static final long MILLI = 1_000_000L;
  private static final long HALF_A_SECOND = 500 * MILLI;

  private final AtomicLong nanos = new AtomicLong();
  private final ConcurrentLinkedQueue<Long> handedBack = new ConcurrentLinkedQueue<>();
  private final Leases leases =
      new Leases((_, units, _, _) -> handedBack.add(units), () -> 1, nanos::get);

  @AfterEach
  void close() {
    leases.close();
  }

  private static QuotaLine line(Allowance allowance, long cost) throws Exception {
    Meter meter = SharedMeter.of(allowance);
    return new QuotaLine(
        CounterKey.named("shop/orders/a#" + meter.kind(), "client", "acme"), meter, cost);
  }

  private static QuotaLine daily(long cost) throws Exception {
    return line(new Allowance.Quota(1_000, Period.DAY, ZoneOffset.UTC), cost);
  }

  /** The store answers now, and the counter ends in an hour. */
  private void answered(QuotaLine line, long units) {
    leases.add(
        line,
        units,
        CounterState.of(Duration.ofHours(1).toNanos(), units + line.cost()),
        0,
        nanos.get(),
        0);
  }

  private boolean spends(QuotaLine line) {
    return leases.spend(List.of(line)) != null;
  }

  /** Else as many leases as there are questions would be charged, of which one is kept. */
  @Test
  void onlyOneOfSomeQuestionsLeases() throws Exception {
    QuotaLine line = daily(1);
    assertThat(leases.wanted(line)).isZero();
    answered(line, 0);
    assertThat(leases.wanted(line)).isEqualTo(8);
    assertThat(leases.wanted(line)).isZero();
    answered(line, 8);
    answered(line, 0);
    for (int i = 0; i < 8; i++) {
      assertThat(spends(line)).as("unit %d", i).isTrue();
    }
    assertThat(spends(line)).isFalse();
    assertThat(leases.wanted(line)).isEqualTo(16);
    assertThat(handedBack).isEmpty();
  }

  /** Each route has a meter of its own of the limit. */
  @Test
  void whatOneRouteLeasesAnotherSpends() throws Exception {
    answered(daily(1), 0);
    long _ = leases.wanted(daily(1));
    answered(daily(1), 8);

    assertThat(spends(daily(1))).isTrue();
    assertThat(spends(line(new Allowance.Quota(999, Period.DAY, ZoneOffset.UTC), 1)))
        .as("a number that was edited")
        .isFalse();
  }

  /** What another limit of the request lacks is no reason to take more of this one. */
  @Test
  void leasesNoMoreWhileThereIsEnough() throws Exception {
    QuotaLine line = daily(1);
    answered(line, 0);
    long _ = leases.wanted(line);
    answered(line, 8);
    assertThat(leases.wanted(line)).isZero();
    assertThat(leases.wanted(new QuotaLine(line.key(), line.meter(), 9))).isEqualTo(16);
  }

  @Test
  void aQuestionWithoutAnAnswerIsForgotten() throws Exception {
    QuotaLine line = daily(1);
    answered(line, 0);
    assertThat(leases.wanted(line)).isEqualTo(8);
    nanos.addAndGet(HALF_A_SECOND + 1);
    assertThat(leases.wanted(line)).isZero();
    answered(line, 0);
    assertThat(leases.wanted(line)).isEqualTo(8);
  }

  @Test
  void handsBackWhatIsLeft() throws Exception {
    QuotaLine line = daily(3);
    answered(line, 0);
    long _ = leases.wanted(line);
    answered(line, 8);
    assertThat(spends(line)).isTrue();
    nanos.addAndGet(HALF_A_SECOND + 1);
    assertThat(spends(line)).isFalse();
    await().atMost(Duration.ofSeconds(30)).until(() -> List.copyOf(handedBack).equals(List.of(5L)));
  }

  /** The bucket refills meanwhile, and a client must not be told of more than it holds. */
  @Test
  void neverTellsOfMoreThanTheLimit() throws Exception {
    // One per millisecond.
    QuotaLine line = line(new Allowance.Rate(1_000, Duration.ofSeconds(1), 99), 1);
    answered(line, 0);
    long _ = leases.wanted(line);
    long arrival = 11 * MILLI;
    leases.add(line, 10, CounterState.of(arrival, 0), 0, nanos.get(), 0);
    nanos.addAndGet(10 * MILLI);
    List<QuotaState> states = leases.spend(List.of(line));
    assertThat(states).extracting(QuotaState::remaining).containsExactly(100L);
  }

  /** So that of some at once each sees another amount, and one of them the last. */
  @Test
  void tellsEachWhatItLeftAndNotWhatOthersDid() throws Exception {
    QuotaLine line = daily(1);
    answered(line, 0);
    long _ = leases.wanted(line);
    answered(line, 100);
    Queue<Long> left = new ConcurrentLinkedQueue<>();
    CountDownLatch all = new CountDownLatch(4);
    List<Thread> requests =
        IntStream.range(0, 4)
            .mapToObj(_ ->
                Thread.ofPlatform()
                    .start(() -> {
                      all.countDown();
                      while (all.getCount() > 0) {
                        Thread.onSpinWait();
                      }
                      for (int i = 0; i < 25; i++) {
                        left.add(
                            Objects.requireNonNull(leases.spend(List.of(line)))
                                .getFirst()
                                .remaining());
                      }
                    }))
            .toList();
    for (Thread request : requests) {
      assertThat(request.join(Duration.ofSeconds(60))).isTrue();
    }
    assertThat(left)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(899, 999).boxed().toList());
  }

  @Test
  void whoEndsLeasesNothingAnyMore() throws Exception {
    QuotaLine line = daily(1);
    answered(line, 0);
    long _ = leases.wanted(line);
    leases.close();
    answered(line, 8);
    assertThat(handedBack).containsExactly(8L);
    assertThat(spends(line)).isFalse();
    assertThat(leases.wanted(line)).isZero();
  }
}
