// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.MeterTerms;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Admitted;
import dev.portcullis.extauthz.limit.PartitionedReplicas.By;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Faults;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Loss;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Step;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.LimitSpec;
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
import java.util.function.Predicate;
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
  private static final int HISTORIES = 20;
  private static final int STEPS = 2_500;
  private static final int REPLICAS = 3;
  private static final long MICRO = 1_000;

  private static final Allowance.Quota DAILY = new Allowance.Quota(120, Period.DAY, ZoneOffset.UTC);
  private static final Allowance.Rate RATE = new Allowance.Rate(150, Duration.ofSeconds(10), 119);

  private static final Allowance.Rate NARROW = new Allowance.Rate(40, Duration.ofSeconds(10), 29);
  private static final Allowance.Quota FEW = new Allowance.Quota(60, Period.DAY, ZoneOffset.UTC);
  private static final Allowance.Rate OWN = new Allowance.Rate(20, Duration.ofSeconds(10), 4);

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

  private static void live(Faults faults, Judge judge, LimitSpec... limits) {
    int remembered = 0;
    for (long seed = 1; seed <= HISTORIES; seed++) {
      try (PartitionedReplicas history = new PartitionedReplicas(seed, REPLICAS, faults, limits)) {
        history.live(STEPS);
        remembered += history.remembered();
        judge.judge(history);
        for (LimitSpec limit : limits) {
          judgeReaction(history, limit);
        }
      } catch (AssertionError e) {
        throw new AssertionError("in history " + seed, e);
      }
    }
    assertThat(remembered).as("refusals without a question").isPositive();
  }

  private static void judgeReaction(PartitionedReplicas history, LimitSpec limit) {
    if (limit.sharing() == null) {
      return;
    }
    OnStoreFailure reaction = limit.sharing().onStoreFailure();
    if (reaction == OnStoreFailure.DENY) {
      assertThat(history.admitted(limit.name(), By.REPLICA)).isEmpty();
    }
    if (reaction != OnStoreFailure.ALLOW) {
      assertThat(history.admitted(limit.name(), By.NOBODY)).isEmpty();
    }
  }

  /** What each process admitted while it was alone. */
  private static Map<Long, List<Admitted>> alone(PartitionedReplicas history, String limit) {
    return history.admitted(limit, By.REPLICA).stream()
        .collect(Collectors.groupingBy(Admitted::process, TreeMap::new, Collectors.toList()));
  }

  private static Meter meter(Allowance allowance) {
    try {
      return SharedMeter.of(allowance);
    } catch (UnloadablePlanException e) {
      throw new AssertionError(e);
    }
  }

  private static Meter share(Allowance allowance, List<Admitted> of) {
    return meter(allowance).share(of.stream().mapToInt(Admitted::replicas).min().orElseThrow());
  }

  private static Map<Long, List<Admitted>> byDay(List<Admitted> admitted, Predicate<Admitted> of) {
    return admitted.stream().filter(of).collect(Collectors.groupingBy(Admitted::day));
  }

  /** What the store knew at the end of an era: they end when it forgets something. */
  private static Predicate<Admitted> knownIn(int era, List<Loss> losses) {
    return one ->
        (era == losses.size() || one.question() <= losses.get(era).until())
            && losses.subList(0, era).stream()
                .noneMatch(loss -> loss.after() < one.question() && one.question() <= loss.until());
  }

  private static long backOver(long end, List<Step> steps) {
    return steps.stream().filter(step -> step.from() >= end && step.to() < end).count();
  }

  /**
   * In one period: from the store the limit, without what it has forgotten; once more for each time
   * that its clock was set back over the end of it. Of each process that was alone its share.
   *
   * @return days of which most was used
   */
  private static int judgeQuota(PartitionedReplicas history, String limit, Allowance.Quota quota) {
    List<Admitted> stored = history.admitted(limit, By.STORE);
    List<Loss> losses = history.losses();
    int full = 0;
    for (int era = 0; era <= losses.size(); era++) {
      for (Map.Entry<Long, List<Admitted>> day : byDay(stored, knownIn(era, losses)).entrySet()) {
        assertThat((long) day.getValue().size())
            .as("in era %d, to %d", era, day.getKey())
            .isLessThanOrEqualTo(quota.requests() * (1 + backOver(day.getKey(), history.steps(0))));
        // What dies takes some along.
        full += day.getValue().size() > quota.requests() / 2 ? 1 : 0;
      }
    }
    alone(history, limit)
        .forEach((process, of) ->
            byDay(of, _ -> true)
                .forEach((day, in) ->
                    assertThat((long) in.size())
                        .as("of process %d, to %d", process, day)
                        .isLessThanOrEqualTo(
                            share(quota, of).capacity()
                                * (1 + backOver(day, history.steps(process))))));
    return full;
  }

  /**
   * In any window: from the store requests and burst, and as many more as come in the time by which
   * its clock was set forward; all of the burst again for each time that it forgot something; on
   * top what was leased, a tenth at most, or taken back, of what was charged before. Of each
   * process that was alone the same of its share.
   */
  private static void judgeRate(
      PartitionedReplicas history, String limit, Allowance.Rate rate, Accuracy accuracy) {
    Meter meter = meter(rate);
    long leased = accuracy == Accuracy.LEASED ? meter.capacity() / 10 : 0;
    judgeWindows(
        history.admitted(limit, By.STORE).stream().map(Admitted::at),
        rate,
        meter,
        (from, until) ->
            leased
                + history.takenBack(limit).stream()
                    .filter(
                        taken -> taken.charged() < from && taken.at() >= from && taken.at() < until)
                    .count()
                + meter.capacity()
                    * history.losses().stream()
                        .filter(loss -> loss.at() >= from && loss.at() < until)
                        .count(),
        (from, until) ->
            within(history.steps(0), from, until)
                .mapToLong(step -> Math.max(0, step.to() - step.from()))
                .sum());
    alone(history, limit)
        .forEach((process, of) ->
            judgeWindows(
                of.stream().map(Admitted::at),
                rate,
                share(rate, of),
                (_, _) -> 0,
                // It charges by the time at which it received a request, in whatever order.
                (from, until) ->
                    within(history.steps(process), from, until)
                        .mapToLong(step -> Math.abs(step.to() - step.from()))
                        .sum()));
  }

  private static Stream<Step> within(List<Step> steps, long from, long until) {
    return steps.stream().filter(step -> step.at() >= from && step.at() < until);
  }

  @ParameterizedTest
  @MethodSource("all")
  void noMoreThanAQuota(Accuracy accuracy, OnStoreFailure reaction, Faults faults) {
    AtomicInteger full = new AtomicInteger();
    AtomicInteger exact = new AtomicInteger();
    live(
        faults,
        history -> {
          full.addAndGet(judgeQuota(history, "limit", DAILY) > 1 ? 1 : 0);
          if (accuracy == Accuracy.EXACT && faults == Faults.NONE && history.steps(0).isEmpty()) {
            Map<Long, List<Admitted>> days = byDay(history.admitted("limit", By.STORE), _ -> true);
            for (Admitted refused : history.refused("limit")) {
              assertThat(days.get(refused.day())).hasSize((int) DAILY.requests());
              exact.incrementAndGet();
            }
          }
        },
        Plans.limit("limit", DAILY, new Sharing(accuracy, reaction), "source.address"));
    assertThat(full).as("histories with two days of which most was used").hasPositiveValue();
    assertThat(exact.get() > 0).isEqualTo(accuracy == Accuracy.EXACT && faults == Faults.NONE);
  }

  @ParameterizedTest
  @MethodSource("all")
  void noMoreThanARateInAnyWindow(Accuracy accuracy, OnStoreFailure reaction, Faults faults) {
    live(
        faults,
        history -> judgeRate(history, "limit", RATE, accuracy),
        Plans.limit("limit", RATE, new Sharing(accuracy, reaction), "source.address"));
  }

  /**
   * A rate and a quota of one request, charged together or not at all, and a limit of each process,
   * for which they are taken back: never more than each of them. Where nothing breaks, the quota
   * was charged for what passed and for nothing else.
   */
  @ParameterizedTest
  @MethodSource("all")
  void noMoreThanEachOfTwoLimits(Accuracy accuracy, OnStoreFailure reaction, Faults faults) {
    Sharing sharing = new Sharing(accuracy, reaction);
    AtomicInteger full = new AtomicInteger();
    AtomicInteger compared = new AtomicInteger();
    AtomicInteger takenBack = new AtomicInteger();
    live(
        faults,
        history -> {
          full.addAndGet(judgeQuota(history, "daily", FEW));
          judgeRate(history, "rate", NARROW, accuracy);
          takenBack.addAndGet(history.takenBack("rate").size());
          if (accuracy == Accuracy.EXACT && faults == Faults.NONE && history.steps(0).isEmpty()) {
            Map<Long, List<Admitted>> days = byDay(history.admitted("daily", By.STORE), _ -> true);
            history
                .counted("daily")
                .forEach((day, units) -> {
                  assertThat(units)
                      .as("charged to %d", day)
                      .isEqualTo((long) days.getOrDefault(day, List.of()).size());
                  compared.incrementAndGet();
                });
          }
        },
        Plans.limit("rate", NARROW, sharing, "source.address"),
        Plans.limit("daily", FEW, sharing, "source.address"),
        Plans.limit("own", OWN, null, "source.address"));
    assertThat(full).as("days of which most was used").hasPositiveValue();
    assertThat(takenBack).as("charges that were taken back").hasPositiveValue();
    assertThat(compared.get() > 0).isEqualTo(accuracy == Accuracy.EXACT && faults == Faults.NONE);
  }

  /** What depends on the window, from its begin to before its end. */
  interface InWindow {
    long in(long from, long until);
  }

  /**
   * That in no window more passed than a rate lets pass.
   *
   * @param passed when each did
   * @param rate whose window it is
   * @param meter the rate's, or that of a share of it
   * @param onTop what may have passed besides
   * @param ahead nanoseconds by which a clock was ahead of the window
   */
  static void judgeWindows(
      Stream<Long> passed, Allowance.Rate rate, Meter meter, InWindow onTop, InWindow ahead) {
    MeterTerms.Rate terms = (MeterTerms.Rate) meter.terms(0);
    long window = rate.per().toNanos();
    List<Long> times = passed.sorted(Comparator.naturalOrder()).toList();
    for (int first = 0, end = 0; first < times.size(); first++) {
      long from = times.get(first);
      long until = from + window;
      while (end < times.size() && times.get(end) < until) {
        end++;
      }
      long most =
          Math.ceilDiv(
              window + ahead.in(from, until) + terms.tolerance() * MICRO, terms.interval() * MICRO);
      assertThat((long) end - first)
          .as("from %d on", from)
          .isLessThanOrEqualTo(most + onTop.in(from, until));
    }
  }
}
