// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/*
 * A counter holds the end of the period that it counts (moment) and what was charged in it (used). When that end has come, it starts anew in the period of now.
 *
 * Periods are cut on the calendar of the time zone, so a day has 23 or 25 hours when clocks change.
 * It starts with the first instant of its date, as java.time finds it: later than midnight where
 * clocks skip it, and once only where they are set back over it.
 *
 * An hour starts when the clock shows a full one, which is not the full hour of others where the
 * offset has half hours, and when clocks change. So the hour that comes twice is two, and what a
 * change by half an hour leaves of one is one of its own.
 *
 * When the clock steps back over the start of a period, the counter stays in the later period that
 * it knows: nobody gets a second allowance for the same time.
 */
/** An allowance per calendar period. */
final class CalendarQuota implements Meter {
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600;

  private final long requests;
  private final Period period;
  private final ZoneId zone;
  // The calendar is asked once per period; a race only asks it twice.
  private final AtomicReference<Cut> current;

  /** From start, included, to end, excluded. */
  private record Span(long start, long end) {}

  /** A period and the one after it. */
  private record Cut(Span now, Span next) {
    static final Cut UNKNOWN = new Cut(new Span(0, 0), new Span(0, 0));
  }

  private CalendarQuota(long requests, Period period, ZoneId zone, AtomicReference<Cut> current) {
    this.requests = requests;
    this.period = period;
    this.zone = zone;
    this.current = current;
  }

  static CalendarQuota of(Allowance.Quota quota) throws UnloadablePlanException {
    if (quota.requests() <= 0) {
      throw new UnloadablePlanException("not a quota: " + quota);
    }
    return new CalendarQuota(
        quota.requests(), quota.period(), quota.timeZone(), new AtomicReference<>(Cut.UNKNOWN));
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

  /** A period that is over has nothing to give back. */
  @Override
  public void giveBack(CounterState counter, long units, long charged, long now) {
    if (charged == counter.moment && counter.moment > now) {
      counter.used = Math.max(0, counter.used - units);
    }
  }

  /** Who was received before its period ended may still be waiting, and is counted in that. */
  @Override
  public boolean idle(CounterState counter, long now) {
    return counter.moment <= now - Reservations.LONGEST_WAIT;
  }

  @Override
  public MeterTerms terms(long now) {
    Cut cut = cut(now);
    return new MeterTerms.Quota(
        requests,
        cut.now.start / MeterTerms.MICRO,
        cut.now.end / MeterTerms.MICRO,
        cut.next.end / MeterTerms.MICRO);
  }

  /** Both know the period that one has found: a share is made for each request. */
  @Override
  public Meter share(int replicas) {
    return new CalendarQuota(Math.max(1, requests / replicas), period, zone, current);
  }

  @Override
  public String kind() {
    return period + "@" + zone;
  }

  /** Whether it counts the same in the same way: each route has one of its own of a limit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CalendarQuota quota
        && requests == quota.requests
        && period == quota.period
        && zone.equals(quota.zone);
  }

  @Override
  public int hashCode() {
    return Objects.hash(requests, period, zone);
  }

  private Span span(long now) {
    return cut(now).now;
  }

  private Cut cut(long now) {
    Cut known = current.get();
    if (known.now.start <= now && now < known.now.end) {
      return known;
    }
    Span span = compute(Instant.ofEpochSecond(0, now));
    Cut fresh = new Cut(span, compute(Instant.ofEpochSecond(0, span.end)));
    current.set(fresh);
    return fresh;
  }

  private Span compute(Instant now) {
    return period == Period.HOUR ? hour(now) : days(now);
  }

  private Span hour(Instant now) {
    ZoneRules rules = zone.getRules();
    long offset = rules.getOffset(now).getTotalSeconds();
    long start = Math.floorDiv(now.getEpochSecond() + offset, HOUR) * HOUR - offset;
    long end = start + HOUR;
    // What is before an instant is not at it.
    ZoneOffsetTransition last = rules.previousTransition(now.plusNanos(1));
    ZoneOffsetTransition next = rules.nextTransition(now);
    return new Span(
        (last == null ? start : Math.max(start, last.toEpochSecond())) * SECOND,
        (next == null ? end : Math.min(end, next.toEpochSecond())) * SECOND);
  }

  private Span days(Instant now) {
    LocalDate first = firstDay(LocalDate.ofInstant(now, zone));
    Span span = span(first);
    // Clocks that are set back from after midnight show the old date, whose period is over, again.
    while (span.end <= now.getEpochSecond() * SECOND) {
      first = nextPeriod(first);
      span = span(first);
    }
    return span;
  }

  private LocalDate firstDay(LocalDate day) {
    return switch (period) {
      case HOUR -> throw new IllegalStateException("hours are not made of days");
      case DAY -> day;
      case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case MONTH -> day.withDayOfMonth(1);
      case YEAR -> day.withDayOfYear(1);
    };
  }

  private LocalDate nextPeriod(LocalDate first) {
    return switch (period) {
      case HOUR -> throw new IllegalStateException("hours are not made of days");
      case DAY -> first.plusDays(1);
      case WEEK -> first.plusWeeks(1);
      case MONTH -> first.plusMonths(1);
      case YEAR -> first.plusYears(1);
    };
  }

  private Span span(LocalDate first) {
    return new Span(startOf(first), startOf(nextPeriod(first)));
  }

  /** Where clocks skip midnight, a day starts when they have. */
  private long startOf(LocalDate day) {
    return day.atStartOfDay(zone).toEpochSecond() * SECOND;
  }
}
