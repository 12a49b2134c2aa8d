// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/*
 * A counter holds the end of the period that it counts (moment) and what was charged in it (used). When that end has come, it starts anew in the period of now.
 *
 * Periods are cut on the calendar of the time zone, so a day has 23 or 25 hours when clocks change,
 * and java.time finds where it starts. An hour is an hour of the timeline: cut by local hours, two
 * of them would be one when clocks are set back.
 *
 * When the clock steps back over the start of a period, the counter stays in the later period that
 * it knows: nobody gets a second allowance for the same time.
 */
/** An allowance per calendar period. */
final class CalendarQuota implements Meter {
  private static final long SECOND = 1_000_000_000L;

  private final long requests;
  private final Period period;
  private final ZoneId zone;
  // The calendar is asked once per period; a race only asks it twice.
  private volatile Span current = new Span(0, 0);

  /** From start, included, to end, excluded. */
  private record Span(long start, long end) {}

  private CalendarQuota(long requests, Period period, ZoneId zone) {
    this.requests = requests;
    this.period = period;
    this.zone = zone;
  }

  static CalendarQuota of(Allowance.Quota quota) throws UnloadablePlanException {
    if (quota.requests() <= 0) {
      throw new UnloadablePlanException("not a quota: " + quota);
    }
    return new CalendarQuota(quota.requests(), quota.period(), quota.timeZone());
  }

  @Override
  public long requests() {
    return requests;
  }

  @Override
  public long windowSeconds(long now) {
    Span span = span(now);
    return QuotaState.ceilSeconds(span.end - span.start);
  }

  @Override
  public long capacity() {
    return requests;
  }

  @Override
  public QuotaState peek(CounterState counter, long cost, long now) {
    boolean over = counter.moment <= now;
    long used = over ? 0 : counter.used;
    long end = over ? span(now).end : counter.moment;
    long reset = Math.max(1, QuotaState.ceilSeconds(end - now));
    // An edit may leave a counter with more than the limit has now.
    long left = Math.max(0, requests - used);
    return new QuotaState(cost <= left, left, reset, cost <= left ? 0 : reset);
  }

  @Override
  public QuotaState charge(CounterState counter, long cost, long now) {
    if (counter.moment <= now) {
      counter.moment = span(now).end;
      counter.used = 0;
    }
    counter.used += cost;
    return new QuotaState(
        true,
        Math.max(0, requests - counter.used),
        Math.max(1, QuotaState.ceilSeconds(counter.moment - now)),
        0);
  }

  @Override
  public boolean idle(CounterState counter, long now) {
    return counter.moment <= now;
  }

  @Override
  public String kind() {
    return period + "@" + zone;
  }

  private Span span(long now) {
    Span known = current;
    if (known.start <= now && now < known.end) {
      return known;
    }
    Span fresh = compute(Instant.ofEpochSecond(0, now));
    current = fresh;
    return fresh;
  }

  private Span compute(Instant now) {
    if (period == Period.HOUR) {
      long start = Math.floorDiv(now.getEpochSecond(), 3600L) * 3600L;
      return new Span(start * SECOND, (start + 3600) * SECOND);
    }
    ZonedDateTime midnight = now.atZone(zone).truncatedTo(ChronoUnit.DAYS);
    return switch (period) {
      case HOUR -> throw new IllegalStateException("hours are cut on the timeline");
      case DAY -> span(midnight, midnight.plusDays(1));
      case WEEK -> {
        ZonedDateTime monday = midnight.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        yield span(monday, monday.plusWeeks(1));
      }
      case MONTH -> {
        ZonedDateTime first = midnight.withDayOfMonth(1);
        yield span(first, first.plusMonths(1));
      }
      case YEAR -> {
        ZonedDateTime first = midnight.withDayOfYear(1);
        yield span(first, first.plusYears(1));
      }
    };
  }

  private Span span(ZonedDateTime start, ZonedDateTime end) {
    // A day may start later than midnight where clocks skip it, which only its own date tells.
    return new Span(
        start.toLocalDate().atStartOfDay(zone).toEpochSecond() * SECOND,
        end.toLocalDate().atStartOfDay(zone).toEpochSecond() * SECOND);
  }
}
