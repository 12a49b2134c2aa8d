// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.MeterTerms;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Admitted;
import dev.portcullis.extauthz.limit.PartitionedReplicas.By;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Faults;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.Sharing.Accuracy;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What docs/guide/count-together.md promises of limits that are counted together, in histories that
 * are drawn: whatever breaks, and in whatever order, no more passes than that.
 */
@Timeout(300)
final class PartitionsTest {
  private static final int HISTORIES = 40;
  private static final int STEPS = 2_500;
  private static final int REPLICAS = 3;
  private static final long MICRO = 1_000;

  private static final Allowance.Quota DAILY = new Allowance.Quota(120, Period.DAY, ZoneOffset.UTC);
  private static final Allowance.Rate RATE = new Allowance.Rate(150, Duration.ofSeconds(10), 119);

  static Stream<Arguments> all() {
    return Stream.of(Accuracy.values())
        .flatMap(accuracy ->
            Stream.of(OnStoreFailure.values())
                .flatMap(reaction ->
                    Stream.of(Faults.values())
                        .map(faults -> Arguments.of(accuracy, reaction, faults))));
  }

  /** A history, told by what comes of it. */
  private interface Judge {
    void judge(PartitionedReplicas history);
  }

  private static void live(
      Allowance allowance, Accuracy accuracy, OnStoreFailure reaction, Faults faults, Judge judge) {
    for (long seed = 1; seed <= HISTORIES; seed++) {
      try (PartitionedReplicas history =
          new PartitionedReplicas(
              seed, REPLICAS, allowance, new Sharing(accuracy, reaction), faults)) {
        history.live(STEPS);
        judge.judge(history);
        judgeReaction(history, reaction);
      } catch (AssertionError e) {
        throw new AssertionError("in history " + seed, e);
      }
    }
  }

  private static void judgeReaction(PartitionedReplicas history, OnStoreFailure reaction) {
    if (reaction == OnStoreFailure.DENY) {
      assertThat(history.admitted(By.REPLICA)).isEmpty();
    }
    if (reaction != OnStoreFailure.ALLOW) {
      assertThat(history.admitted(By.NOBODY)).isEmpty();
    }
  }

  /** What each process admitted while it was alone. */
  private static Map<Long, List<Admitted>> alone(PartitionedReplicas history) {
    return history.admitted(By.REPLICA).stream()
        .collect(Collectors.groupingBy(Admitted::process, TreeMap::new, Collectors.toList()));
  }

  private static Meter share(Allowance allowance, List<Admitted> of) throws Exception {
    int replicas = of.stream().mapToInt(Admitted::replicas).min().orElseThrow();
    return Meter.shared(allowance).share(replicas);
  }

  /**
   * In one period: from the store the limit, and once more for each time that it forgot everything;
   * of each process that was alone its share.
   */
  @ParameterizedTest
  @MethodSource("all")
  void noMoreThanAQuota(Accuracy accuracy, OnStoreFailure reaction, Faults faults)
      throws Exception {
    AtomicInteger full = new AtomicInteger();
    live(
        DAILY,
        accuracy,
        reaction,
        faults,
        history -> {
          Map<Integer, Long> lives =
              history.admitted(By.STORE).stream()
                  .collect(Collectors.groupingBy(Admitted::life, Collectors.counting()));
          assertThat(lives.values()).allMatch(passed -> passed <= DAILY.requests());
          if (accuracy == Accuracy.EXACT && faults == Faults.NONE) {
            assertThat(lives).isEqualTo(Map.of(0, DAILY.requests()));
          }
          // What dies takes some along.
          full.addAndGet(
              (int)
                  lives.values().stream().filter(passed -> passed > DAILY.requests() / 2).count());
          alone(history)
              .values()
              .forEach(of -> assertThat((long) of.size()).isLessThanOrEqualTo(capacity(DAILY, of)));
        });
    assertThat(full).as("times that most of the limit was used").hasPositiveValue();
  }

  private static long capacity(Allowance allowance, List<Admitted> of) {
    try {
      return share(allowance, of).capacity();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /**
   * In any window: from the store requests and burst, and all of the burst again for each time that
   * it forgot everything; what is leased, a tenth at most, on top; of each process that was alone
   * the same of its share.
   */
  @ParameterizedTest
  @MethodSource("all")
  void noMoreThanARateInAnyWindow(Accuracy accuracy, OnStoreFailure reaction, Faults faults)
      throws Exception {
    Meter meter = Meter.shared(RATE);
    long leased = accuracy == Accuracy.LEASED ? meter.capacity() / 10 : 0;
    live(
        RATE,
        accuracy,
        reaction,
        faults,
        history -> {
          judgeWindows(history.admitted(By.STORE), meter, leased, history.emptied());
          alone(history).values().forEach(of -> judgeWindows(of, shareOf(of), 0, List.of()));
        });
  }

  private static Meter shareOf(List<Admitted> of) {
    try {
      return share(RATE, of);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void judgeWindows(
      List<Admitted> admitted, Meter meter, long onTop, List<Long> emptied) {
    judgeWindows(admitted.stream().map(Admitted::at), RATE, meter, onTop, emptied);
  }

  /**
   * That in no window more passed than a rate lets pass.
   *
   * @param passed when each did
   * @param rate whose window it is
   * @param meter the rate's, or that of a share of it
   * @param onTop what may have passed besides
   * @param emptied when all of the burst was there again
   */
  static void judgeWindows(
      Stream<Long> passed, Allowance.Rate rate, Meter meter, long onTop, List<Long> emptied) {
    MeterTerms.Rate terms = (MeterTerms.Rate) meter.terms(0);
    long window = rate.per().toNanos();
    long most = Math.ceilDiv(window + terms.tolerance() * MICRO, terms.interval() * MICRO);
    List<Long> times = passed.sorted(Comparator.naturalOrder()).toList();
    for (int first = 0, end = 0; first < times.size(); first++) {
      long from = times.get(first);
      while (end < times.size() && times.get(end) < from + window) {
        end++;
      }
      long forgot = emptied.stream().filter(at -> at >= from && at < from + window).count();
      assertThat((long) end - first)
          .as("from %d on", from)
          .isLessThanOrEqualTo(most + onTop + forgot * meter.capacity());
    }
  }
}
