// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static dev.portcullis.extauthz.limit.LimitStoreKit.client;
import static dev.portcullis.extauthz.limit.LimitStoreKit.granted;
import static dev.portcullis.extauthz.limit.LimitStoreKit.id;
import static dev.portcullis.extauthz.limit.LimitStoreKit.rate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.GivenBack;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What all stores do that are asked about each request. */
interface ExactLimitStoreKit extends LimitStoreKit {
  long LEASE = Reservation.LEASE.toNanos();

  /** So many at once. */
  default QuotaLine atOnce(String limit, String client, long requests, long cost) throws Exception {
    return line(limit, client, new Allowance.Concurrency(requests), cost);
  }

  /** A charge that a success gives back. */
  default QuotaLine failures(String client, Allowance allowance) throws Exception {
    Meter meter = store().meter(allowance, null);
    return new QuotaLine(
        CounterKey.named("shop/orders/login#" + meter.kind() + "#failures", "client", client),
        meter,
        1,
        GivenBack.ON_SUCCESS);
  }

  @Test
  default void chargesWhatRequestsCostToAllLimitsOrToNone() throws Exception {
    String client = client();
    QuotaLine wide = line("wide", client, rate(100, Duration.ofHours(4)), 30);
    QuotaLine narrow = line("narrow", client, rate(50, Duration.ofHours(4)), 20);

    assertThat(passing(20, START, wide, narrow)).isEqualTo(2);

    assertThat(store().look(wide, START).remaining()).isEqualTo(40);
    assertThat(store().look(narrow, START).remaining()).isEqualTo(10);
    assertThat(passes(START, line("narrow", client, rate(50, Duration.ofHours(4)), 10))).isTrue();
  }

  /** Envoy may ask twice. */
  @Test
  default void chargesARepeatedRequestOnce() throws Exception {
    QuotaLine line = line("rate", client(), rate(10, Duration.ofHours(4)), 1);
    ChargeId id = id();
    for (int again = 0; again < 3; again++) {
      assertThat(store().charge(id, List.of(line), START + again * SECOND))
          .containsExactly(new QuotaState(true, 9, 1440 - again, 0));
    }
    assertThat(store().look(line, START + 2 * SECOND).remaining()).isEqualTo(9);
  }

  @Test
  default void repeatsAGrantThoughTheLimitIsUsedUp() throws Exception {
    QuotaLine line = line("rate", client(), rate(2, Duration.ofHours(4)), 1);
    ChargeId granted = id();
    assertThat(granted(store().charge(granted, List.of(line), START))).isTrue();
    assertThat(passing(5, START, line)).isOne();

    assertThat(store().charge(granted, List.of(line), START))
        .containsExactly(new QuotaState(true, 0, 4 * 3600, 0));
  }

  /** Otherwise a refused request could be asked about again until it passes, charging nobody. */
  @Test
  default void repeatsARefusalThoughThereIsRoomAgain() throws Exception {
    String client = client();
    QuotaLine one = line("one", client, rate(100, Duration.ofSeconds(100)), 1);
    QuotaLine full = line("full", client, rate(100, Duration.ofSeconds(100)), 1);
    assertThat(passing(100, START, full)).isEqualTo(100);
    ChargeId refused = id();
    assertThat(granted(store().charge(refused, List.of(one, full), START))).isFalse();

    long later = START + 2 * SECOND;
    List<QuotaState> again = store().charge(refused, List.of(one, full), later);

    assertThat(granted(again)).isFalse();
    assertThat(again.getFirst().retrySeconds()).isOne();
    assertThat(store().look(one, later).remaining()).isEqualTo(100);
    assertThat(passes(later, one, full)).isTrue();
  }

  @Test
  default void tellsWhenToComeBack() throws Exception {
    QuotaLine line = line("rate", client(), new Allowance.Rate(60, Duration.ofHours(1), 4), 1);
    assertThat(passing(10, START, line)).isEqualTo(5);
    assertThat(store().charge(id(), List.of(line), START + SECOND))
        .containsExactly(new QuotaState(false, 0, 299, 59));
  }

  /** Of a request that waits, and of others that came behind it. */
  @Test
  default void holdsARepeatedRequestUntilTheSameMoment() throws Exception {
    String client = client();
    QuotaLine wide = line("wide", client, rate(100, Duration.ofHours(4)), 1);
    Allowance.Rate slow = new Allowance.Rate(1, Duration.ofSeconds(1), 0);
    QuotaLine even = line("even", client, slow, Duration.ofSeconds(5), 1);
    List<QuotaLine> both = List.of(wide, even);
    assertThat(passes(START, wide, even)).isTrue();
    ChargeId held = id();
    assertThat(store().charge(held, both, START)).last().returns(SECOND, QuotaState::delay);
    assertThat(passes(START, wide, even)).isTrue();

    List<QuotaState> again = store().charge(held, both, START + SECOND / 4);

    assertThat(granted(again)).isTrue();
    assertThat(again).extracting(QuotaState::delay).containsExactly(0L, 3 * SECOND / 4);
    assertThat(store().charge(held, both, START + 2 * SECOND))
        .extracting(QuotaState::delay)
        .containsExactly(0L, 0L);
  }

  @Test
  default void holdsNothingForWhatAnotherLimitRefuses() throws Exception {
    String client = client();
    Allowance.Rate slow = new Allowance.Rate(1, Duration.ofSeconds(1), 0);
    QuotaLine even = line("even", client, slow, Duration.ofSeconds(5), 1);
    QuotaLine once = line("once", client, rate(1, Duration.ofHours(4)), 1);

    assertThat(passing(20, START, even, once)).isOne();

    assertThat(store().look(even, START).delay()).isEqualTo(SECOND);
  }

  @Test
  default void freesAPlaceWhenARequestEnds() throws Exception {
    QuotaLine line = atOnce("work", client(), 2, 1);
    ChargeId first = id();
    assertThat(granted(store().charge(first, List.of(line), START))).isTrue();
    assertThat(passing(5, START, line)).isOne();

    store().settle(first, List.of(line), false, START);
    store().settle(first, List.of(line), false, START);

    assertThat(passing(5, START, line)).isOne();
  }

  /** Its Envoy or its decision service has died. */
  @Test
  default void givesUpARequestThatNobodyHearsOf() throws Exception {
    QuotaLine line = atOnce("work", client(), 2, 1);
    ChargeId heard = id();
    assertThat(granted(store().charge(heard, List.of(line), START))).isTrue();
    assertThat(passes(START, line)).isTrue();

    // Whole microseconds.
    store().renew(heard, List.of(line), START + LEASE - 1000);

    assertThat(passing(5, START + LEASE - 1000, line)).isZero();
    assertThat(passing(5, START + LEASE, line)).isOne();
    store().settle(heard, List.of(line), true, START + LEASE);
    assertThat(passing(5, START + LEASE, line)).isOne();
  }

  @Test
  default void takesNoPlaceForWhatAnotherLimitRefuses() throws Exception {
    String client = client();
    QuotaLine wide = atOnce("wide", client, 5, 2);
    QuotaLine narrow = atOnce("narrow", client, 1, 1);

    assertThat(passing(10, START, wide, narrow)).isOne();

    assertThat(store().look(wide, START).remaining()).isEqualTo(3);
  }

  @Test
  default void chargesFailuresOnly() throws Exception {
    QuotaLine line = failures(client(), new Allowance.Rate(5, Duration.ofHours(1), 4));
    for (int i = 0; i < 20; i++) {
      ChargeId id = id();
      assertThat(granted(store().charge(id, List.of(line), START))).isTrue();
      store().settle(id, List.of(line), true, START);
    }
    for (int i = 0; i < 5; i++) {
      ChargeId id = id();
      assertThat(granted(store().charge(id, List.of(line), START))).isTrue();
      store().settle(id, List.of(line), false, START);
    }
    assertThat(passes(START, line)).isFalse();
  }

  /** So that nobody guesses more often by guessing faster. */
  @Test
  default void chargesWhatHasNotEnded() throws Exception {
    QuotaLine line = failures(client(), new Allowance.Rate(5, Duration.ofHours(1), 4));
    assertThat(passing(500, START, line)).isEqualTo(5);
    // Nobody ever says how they ended.
    assertThat(passes(START + LEASE, line)).isFalse();
  }

  @Test
  default void givesNothingBackToAnotherPeriod() throws Exception {
    QuotaLine line =
        failures(client(), new Allowance.Quota(2, Allowance.Period.HOUR, ZoneId.of("UTC")));
    ChargeId late = id();
    long hour = START + 3600 * SECOND;
    assertThat(granted(store().charge(late, List.of(line), hour - SECOND))).isTrue();
    assertThat(passes(hour, line)).isTrue();

    store().settle(late, List.of(line), true, hour);

    assertThat(store().look(line, hour).remaining()).isOne();
  }
}
