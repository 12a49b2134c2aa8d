// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Periods, as somebody with a calendar and a clock on the wall would cut them. */
class CalendarPeriodsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final ZoneOffset UTC = ZoneOffset.UTC;

  @ParameterizedTest
  @CsvFileSource(resources = "calendar-periods.csv", delimiter = '|', numLinesToSkip = 1)
  void startsAndEndsWithTheWallClock(
      Period period, String zone, OffsetDateTime at, OffsetDateTime start, OffsetDateTime end)
      throws UnloadablePlanException {
    assertThat(spanAt(meter(1, period, ZoneId.of(zone)), nanos(at)))
        .isEqualTo(new Span(nanos(start), nanos(end)));
  }

  @ParameterizedTest
  @CsvFileSource(resources = "calendar-periods.csv", delimiter = '|', numLinesToSkip = 1)
  void grantsOncePerPeriod(
      Period period, String zone, OffsetDateTime at, OffsetDateTime start, OffsetDateTime end)
      throws UnloadablePlanException {
    Meter meter = meter(1, period, ZoneId.of(zone));
    CounterState counter = new CounterState();
    meter.charge(counter, 1, nanos(start) - 1);

    assertThat(meter.peek(counter, 1, nanos(start) - 1)).isEqualTo(new QuotaState(false, 0, 1, 1));
    assertThat(meter.idle(counter, nanos(start) + Reservations.LONGEST_WAIT)).isTrue();
    assertThat(meter.peek(counter, 1, nanos(start)).granted()).isTrue();
    meter.charge(counter, 1, nanos(start));
    for (long now : List.of(nanos(start), nanos(at), nanos(end) - SECOND, nanos(end) - 1)) {
      long rest = QuotaState.ceilSeconds(nanos(end) - now);
      assertThat(meter.peek(counter, 1, now)).isEqualTo(new QuotaState(false, 0, rest, rest));
      assertThat(meter.idle(counter, now)).isFalse();
    }
    assertThat(meter.idle(counter, nanos(end) + Reservations.LONGEST_WAIT)).isTrue();
    assertThat(meter.peek(counter, 1, nanos(end)).granted()).isTrue();
  }

  /** All zones, at instants of no importance and around each change of their clocks. */
  @ParameterizedTest
  @EnumSource(Period.class)
  void everyInstantIsInOnePeriodAndTheNextStartsWhereItEnds(Period period)
      throws UnloadablePlanException {
    Random random = new Random(11);
    for (String id : ZoneId.getAvailableZoneIds()) {
      ZoneId zone = ZoneId.of(id);
      Meter meter = meter(1, period, zone);
      for (long second : instants(zone, random)) {
        long now = second * SECOND;
        Span span = spanAt(meter, now);
        long within = span.start + random.nextLong((span.end - span.start) / SECOND) * SECOND;
        boolean tiles =
            span.start <= now
                && now < span.end
                && span.equals(spanAt(meter, span.start))
                && span.equals(spanAt(meter, within))
                && span.equals(spanAt(meter, span.end - SECOND))
                && spanAt(meter, span.end).start == span.end;
        assertThat(tiles && startsWithTheCalendar(period, zone, span))
            .as("%s in %s at %s: %s", period, zone, Instant.ofEpochSecond(second), span)
            .isTrue();
      }
    }
  }

  @Test
  void timeThatRunsBackwardsFindsTheSamePeriods() throws UnloadablePlanException {
    Meter meter = meter(1, Period.DAY, ZoneId.of("Europe/Berlin"));
    Span later = spanAt(meter, nanos(OffsetDateTime.parse("2026-03-30T12:00+02:00")));
    Span earlier = spanAt(meter, nanos(OffsetDateTime.parse("2026-03-29T12:00+02:00")));

    assertThat(earlier.end).isEqualTo(later.start);
  }

  private static List<Long> instants(ZoneId zone, Random random) {
    List<Long> seconds = new ArrayList<>();
    long from = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();
    long to = Instant.parse("2100-01-01T00:00:00Z").getEpochSecond();
    for (int i = 0; i < 50; i++) {
      seconds.add(random.nextLong(from, to));
    }
    Instant end = Instant.parse("2032-01-01T00:00:00Z");
    ZoneOffsetTransition change = zone.getRules().nextTransition(Instant.ofEpochSecond(from));
    while (change != null && change.getInstant().isBefore(end)) {
      for (long away : new long[] {-86_400, -3600, -1, 0, 1, 1799, 1800, 3599, 3600, 86_400}) {
        seconds.add(change.toEpochSecond() + away);
      }
      change = zone.getRules().nextTransition(change.getInstant());
    }
    return seconds;
  }

  /** Where clocks change, an hour may start at any minute, and a day when midnight is skipped. */
  private static boolean startsWithTheCalendar(Period period, ZoneId zone, Span span) {
    Instant start = Instant.ofEpochSecond(span.start / SECOND);
    ZonedDateTime local = start.atZone(zone);
    if (!zone.getRules().getOffset(start.minusSeconds(1)).equals(local.getOffset())) {
      return true;
    }
    LocalDate date = local.toLocalDate();
    LocalTime time = local.toLocalTime();
    return switch (period) {
      case HOUR -> time.getMinute() == 0 && time.getSecond() == 0;
      case DAY -> time.equals(LocalTime.MIDNIGHT);
      case WEEK -> time.equals(LocalTime.MIDNIGHT) && date.getDayOfWeek().getValue() == 1;
      case MONTH -> time.equals(LocalTime.MIDNIGHT) && date.getDayOfMonth() == 1;
      case YEAR -> time.equals(LocalTime.MIDNIGHT) && date.getDayOfYear() == 1;
    };
  }

  /** From start, included, to end, excluded. */
  private record Span(long start, long end) {
    @Override
    public String toString() {
      return Instant.EPOCH.plusNanos(start).atOffset(UTC)
          + " to "
          + Instant.EPOCH.plusNanos(end).atOffset(UTC)
          + ", "
          + Duration.ofNanos(end - start);
    }
  }

  /** At a full second: what is rounded up then is not. */
  private static Span spanAt(Meter meter, long now) {
    long end = now + meter.peek(new CounterState(), 1, now).resetSeconds() * SECOND;
    return new Span(end - meter.windowSeconds(now) * SECOND, end);
  }

  private static long nanos(OffsetDateTime at) {
    return at.toEpochSecond() * SECOND;
  }

  private static Meter meter(long requests, Period period, ZoneId zone)
      throws UnloadablePlanException {
    return Meter.of(new Allowance.Quota(requests, period, zone));
  }
}
