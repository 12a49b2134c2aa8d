// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.extauthz.limit.PartitionedReplicas.By;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Faults;
import dev.portcullis.extauthz.limit.ReservingReplicas.Request;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LimitSpec.Count;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What ADR 46 and docs/guide/count-together.md promise of limits that wait for the ends of
 * requests, in histories that are drawn: whatever breaks, and in whatever order.
 */
@Timeout(300)
final class ReservedPartitionsTest {
  private static final int HISTORIES = 20;
  private static final int STEPS = 2_000;
  private static final int REPLICAS = 3;
  private static final long LEASE = Reservation.LEASE.toNanos();

  private static final Allowance.Concurrency AT_ONCE = new Allowance.Concurrency(7);
  private static final Allowance.Quota DAILY = new Allowance.Quota(90, Period.DAY, ZoneOffset.UTC);
  private static final Allowance.Rate RATE = new Allowance.Rate(60, Duration.ofSeconds(10), 39);

  static Stream<Arguments> all() {
    return Stream.of(OnStoreFailure.values())
        .flatMap(
            reaction -> Stream.of(Faults.values()).map(faults -> Arguments.of(reaction, faults)));
  }

  private static LimitSpec limit(Allowance allowance, OnStoreFailure reaction) {
    return new LimitSpec(
        new PolicyRef("RateLimitPolicy", "shop", "orders"),
        "limit",
        Mode.ENFORCE,
        List.of(new Expression("source.address")),
        List.of(),
        null,
        null,
        allowance instanceof Allowance.Concurrency ? Count.REQUESTS : Count.FAILURES,
        allowance,
        new TreeMap<>(),
        allowance instanceof Allowance.Quota ? LimitPhase.QUOTA : LimitPhase.RATE,
        new Sharing(null, reaction),
        null);
  }

  /** A history, told by what comes of it. */
  private interface Judge {
    void judge(ReservingReplicas history) throws Exception;
  }

  private static void live(
      Allowance allowance, OnStoreFailure reaction, Faults faults, Judge always, Judge last) {
    for (long seed = 1; seed <= HISTORIES; seed++) {
      ReservingReplicas history =
          new ReservingReplicas(seed, REPLICAS, limit(allowance, reaction), faults);
      try {
        for (int step = 0; step < STEPS; step++) {
          history.live();
          always.judge(history);
        }
        judgeReaction(history, reaction);
        history.rest();
        last.judge(history);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("in history " + seed, e);
      }
    }
  }

  private static void judgeReaction(ReservingReplicas history, OnStoreFailure reaction) {
    if (reaction == OnStoreFailure.DENY) {
      assertThat(history.passed()).noneMatch(request -> request.by() == By.REPLICA);
    }
    if (reaction != OnStoreFailure.ALLOW) {
      assertThat(history.passed()).noneMatch(request -> request.by() == By.NOBODY);
    }
  }

  private static <K> Collection<List<Request>> groups(
      List<Request> requests, Predicate<Request> which, Function<Request, K> by) {
    return requests.stream().filter(which).collect(Collectors.groupingBy(by)).values();
  }

  private static Meter share(Allowance allowance, List<Request> of) throws Exception {
    int replicas = of.stream().mapToInt(Request::replicas).min().orElseThrow();
    return SharedMeter.of(allowance).share(replicas);
  }

  /**
   * At any moment: from the store the limit, once more for each time that it forgot everything, of
   * what it heard of in the time of a lease; of each process that was alone its share, of what came
   * in the last second. And in the end every place is free, whatever was lost.
   */
  @ParameterizedTest
  @MethodSource("all")
  void noMoreAtOnce(OnStoreFailure reaction, Faults faults) {
    AtomicInteger full = new AtomicInteger();
    live(
        AT_ONCE,
        reaction,
        faults,
        history -> {
          boolean allAreHeard = faults == Faults.NONE;
          for (List<Request> life :
              groups(
                  history.running(),
                  request ->
                      request.by() == By.STORE
                          && !request.givenUp()
                          && (allAreHeard || request.heard() > history.serverNow() - LEASE),
                  Request::life)) {
            assertThat((long) life.size()).isLessThanOrEqualTo(AT_ONCE.requests());
            full.addAndGet(life.size() == AT_ONCE.requests() ? 1 : 0);
          }
          for (List<Request> process :
              groups(
                  history.running(),
                  request ->
                      request.by() == By.REPLICA
                          && !request.givenUp()
                          && request.stamp()
                              > request.clock(history.now()) - ReservingReplicas.SHARE_LEASE,
                  Request::process)) {
            assertThat((long) process.size())
                .isLessThanOrEqualTo(share(AT_ONCE, process).capacity());
          }
        },
        history ->
            assertThat((long) history.admittedAtOnce(20))
                .as("places that are free in the end")
                .isEqualTo(AT_ONCE.requests()));
    assertThat(full).as("times that all places were taken").hasPositiveValue();
  }

  /** Failures in one period: as {@link PartitionsTest#noMoreThanAQuota} has it for requests. */
  @ParameterizedTest
  @MethodSource("all")
  void noMoreFailuresThanAQuota(OnStoreFailure reaction, Faults faults) {
    AtomicInteger full = new AtomicInteger();
    live(
        DAILY,
        reaction,
        faults,
        _ -> {},
        history -> {
          for (List<Request> life :
              groups(
                  history.passed(),
                  failed(By.STORE),
                  request -> List.of(request.life(), request.day()))) {
            assertThat((long) life.size()).isLessThanOrEqualTo(DAILY.requests());
            full.addAndGet(life.size() > DAILY.requests() / 2 ? 1 : 0);
          }
          for (List<Request> process :
              groups(
                  history.passed(),
                  failed(By.REPLICA),
                  request -> List.of(request.process(), request.day()))) {
            assertThat((long) process.size()).isLessThanOrEqualTo(share(DAILY, process).capacity());
          }
          if (faults == Faults.NONE) {
            assertThat(history.passed())
                .as("successes cost nothing")
                .hasSizeGreaterThan((int) DAILY.requests());
          }
        });
    assertThat(full).as("times that most of the limit was used").hasPositiveValue();
  }

  /**
   * Failures in any window: as {@link PartitionsTest#noMoreThanARateInAnyWindow} has it for
   * requests, and up to all of the burst again, for successes that end late.
   */
  @ParameterizedTest
  @MethodSource("all")
  void noMoreFailuresThanARateInAnyWindow(OnStoreFailure reaction, Faults faults) {
    AtomicInteger full = new AtomicInteger();
    live(
        RATE,
        reaction,
        faults,
        _ -> {},
        history -> {
          Meter meter = SharedMeter.of(RATE);
          List<Long> failures =
              history.passed().stream().filter(failed(By.STORE)).map(Request::charged).toList();
          full.addAndGet(failures.size() > RATE.requests() ? 1 : 0);
          PartitionsTest.judgeWindows(
              failures.stream(),
              RATE,
              meter,
              (from, until) -> meter.capacity() * (1 + count(history.emptied(), from, until)),
              history::serverAhead);
          for (List<Request> process :
              groups(history.passed(), failed(By.REPLICA), Request::process)) {
            Meter share = share(RATE, process);
            PartitionsTest.judgeWindows(
                process.stream().map(Request::charged),
                RATE,
                share,
                (_, _) -> share.capacity(),
                (from, until) -> history.ahead(process.getFirst().process(), from, until));
          }
        });
    assertThat(full).as("histories with more failures than fit a window").hasPositiveValue();
  }

  private static long count(List<Long> moments, long from, long until) {
    return moments.stream().filter(at -> at >= from && at < until).count();
  }

  private static Predicate<Request> failed(By by) {
    return request -> request.by() == by && !request.givenBack();
  }
}
