// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalendarQuotaTest {

  @ParameterizedTest
  @CsvSource({
    "DAY, Europe/Berlin, 2026-11-21T22:59:30Z, 30, 86400",
    // 29 March 2026 has 23 hours in Berlin, 25 October 25.
    "DAY, Europe/Berlin, 2026-03-28T23:00:00Z, 82800, 82800",
    "DAY, Europe/Berlin, 2026-10-24T22:00:00Z, 90000, 90000",
    // Midnight does not exist in Cairo on 24 April 2026: that day starts at 01:00.
    "DAY, Africa/Cairo, 2026-04-23T21:59:00Z, 60, 86400",
    "DAY, Africa/Cairo, 2026-04-24T10:00:00Z, 39600, 82800",
    // 16:29:59 on the clocks of Kolkata.
    "HOUR, Asia/Kolkata, 2026-11-21T10:59:59Z, 1801, 3600",
    // 22 November 2026 is a Sunday.
    "WEEK, UTC, 2026-11-22T23:59:59Z, 1, 604800",
    "MONTH, UTC, 2026-02-28T23:59:00Z, 60, 2419200",
    "MONTH, UTC, 2028-02-28T23:59:00Z, 86460, 2505600",
    "YEAR, Pacific/Auckland, 2026-12-31T10:59:59Z, 1, 31536000"
  })
  void endsItsPeriodWithTheCalendar(
      Period period, String zone, Instant now, long reset, long window)
      throws UnloadablePlanException {
    Meter meter = meter(5, period, zone);

    assertThat(meter.peek(new CounterState(), 1, nanos(now)).resetSeconds()).isEqualTo(reset);
    assertThat(meter.windowSeconds(nanos(now))).isEqualTo(window);
  }

  @Test
  void grantsItsNumberAndThenNothingUntilThePeriodEnds() throws UnloadablePlanException {
    Meter meter = meter(2, Period.DAY, "UTC");
    CounterState counter = new CounterState();
    long evening = nanos(Instant.parse("2026-11-21T23:00:00Z"));

    assertThat(meter.charge(counter, 1, evening).remaining()).isEqualTo(1);
    assertThat(meter.charge(counter, 1, evening).remaining()).isZero();
    assertThat(meter.peek(counter, 1, evening)).isEqualTo(new QuotaState(false, 0, 3600, 3600));
    assertThat(meter.idle(counter, evening)).isFalse();
    long midnight = nanos(Instant.parse("2026-11-22T00:00:00Z"));
    assertThat(meter.idle(counter, midnight + Reservations.LONGEST_WAIT - 1)).isFalse();
    assertThat(meter.idle(counter, midnight + Reservations.LONGEST_WAIT)).isTrue();
    assertThat(meter.peek(counter, 1, midnight).remaining()).isEqualTo(2);
  }

  @Test
  void grantsNoSecondAllowanceWhenTheClockStepsBackOverMidnight() throws UnloadablePlanException {
    Meter meter = meter(1, Period.DAY, "UTC");
    CounterState counter = new CounterState();

    meter.charge(counter, 1, nanos(Instant.parse("2026-11-22T00:00:01Z")));

    assertThat(meter.peek(counter, 1, nanos(Instant.parse("2026-11-21T23:59:59Z"))).granted())
        .isFalse();
    assertThat(meter.peek(counter, 1, nanos(Instant.parse("2026-11-22T00:00:02Z"))).granted())
        .isFalse();
  }

  @Test
  void chargesWhatARequestCosts() throws UnloadablePlanException {
    Meter meter = meter(10, Period.DAY, "UTC");
    CounterState counter = new CounterState();
    long evening = nanos(Instant.parse("2026-11-21T23:00:00Z"));

    assertThat(meter.capacity()).isEqualTo(10);
    assertThat(meter.charge(counter, 7, evening).remaining()).isEqualTo(3);
    assertThat(meter.peek(counter, 4, evening)).isEqualTo(new QuotaState(false, 3, 3600, 3600));
    assertThat(meter.peek(counter, 3, evening)).isEqualTo(new QuotaState(true, 3, 3600, 0));
  }

  private static long nanos(Instant at) {
    return at.getEpochSecond() * 1_000_000_000L + at.getNano();
  }

  private static Meter meter(long requests, Period period, String zone)
      throws UnloadablePlanException {
    return Meter.of(new Allowance.Quota(requests, period, ZoneId.of(zone)));
  }
}
