// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * The generic cell rate algorithm (ITU-T I.371, annex A), the leaky bucket that needs one number.
 *
 * A counter holds the theoretical arrival time TAT: when the next request would come if requests
 * came evenly, one per interval T. A request at time t is within the limit when t >= TAT - tau,
 * where tau = burst * T is how far ahead of the even rate it may run; then TAT becomes
 * max(t, TAT) + T. One that costs c counts as c of them that come at once: it is within the limit
 * when its last one is, t >= TAT + (c - 1) * T - tau, and TAT becomes max(t, TAT) + c * T.
 *
 * Hence, from a full bucket, burst + 1 requests may come at once, and in any half-open window of length `per` at most requests + burst: the n-th request of a window that
 * starts at s comes no earlier than s + (n - 1) * T - tau, which is below s + per only for
 * n < requests + burst + 1.
 *
 * A limit that delays grants also what is late by at most D: t >= TAT + (c - 1) * T - tau - D, and
 * says how long to hold it, until TAT + (c - 1) * T - tau. TAT becomes TAT + c * T, as if it had come
 * then. So what arrives after having been held is within the limit, and those that are held have an
 * order: each gets the first moment that nobody before it has. An edit that shortens D forgets those
 * that are held for longer.
 *
 * T is per / requests in whole nanoseconds, or in whole microseconds where others count in them,
 * rounded up, so that rounding never admits more.
 *
 * Overflow: `per` is at most 366 days and T at most that; tau is bounded to 2^60 ns (36 years) when
 * the limit is loaded and D to seconds, so that TAT <= now + tau + T + D stays below 2^62 + 2^61
 * until 2200.
 *
 * Time: the clock is the wall's and may step. A step forward grants what would have been granted
 * in that time. After a step back, TAT could lie further ahead than any sequence of charges puts it
 * (now + tau + T + D); it is then taken for exactly that, an empty bucket, which admits nothing early.
 * It would be one until the clock is there again. So who is about to use a counter first heals it:
 * what is further ahead than any charge puts it, of any plan of its limit, is moved back to there;
 * but not for a request that only waited, which comes with the time at which it was received. So
 * nobody is locked out for longer than an empty bucket does it, and that wait. A counter whose TAT is
 * not ahead of now is as good as none.
 */
/**
 * An even rate with a burst.
 *
 * @param interval nanoseconds between requests at the even rate
 * @param tolerance nanoseconds that requests may run ahead of it
 * @param maxDelay nanoseconds for which a request may be held until it is within the limit
 * @param horizon nanoseconds that a counter is ahead at most, whichever plan was charged to it
 */
record Gcra(long requests, long period, long interval, long tolerance, long maxDelay, long horizon)
    implements Meter {
  private static final long MAX_PERIOD = 366L * 86_400 * 1_000_000_000L;
  private static final long MAX_TOLERANCE = 1L << 60;

  /** A horizon that no counter is beyond. */
  private static final long UNKNOWN = Long.MAX_VALUE / 2;

  /**
   * An even rate with a burst.
   *
   * @param longest that a request is held; null: none is
   * @param unit nanoseconds of which the interval is a multiple
   */
  static Gcra of(Allowance.Rate rate, @Nullable Duration longest, long unit)
      throws UnloadablePlanException {
    long period;
    try {
      period = rate.per().toNanos();
    } catch (ArithmeticException e) {
      throw new UnloadablePlanException("rate period too long: " + rate.per(), e);
    }
    if (period <= 0 || period > MAX_PERIOD || rate.requests() <= 0 || rate.burst() < 0) {
      throw new UnloadablePlanException("not a rate: " + rate);
    }
    long interval = Math.ceilDiv(Math.ceilDiv(period, rate.requests()), unit) * unit;
    if (rate.burst() > MAX_TOLERANCE / interval) {
      throw new UnloadablePlanException("burst too large: " + rate);
    }
    if (longest != null && (!longest.isPositive() || longest.compareTo(LimitSpec.MAX_DELAY) > 0)) {
      throw new UnloadablePlanException("not a delay: " + longest);
    }
    long tolerance = rate.burst() * interval;
    long maxDelay = longest == null ? 0 : longest.toNanos();
    return new Gcra(
        rate.requests(), period, interval, tolerance, maxDelay, tolerance + interval + maxDelay);
  }

  /** The same, whose counters the other is charged to as well. */
  Gcra beside(Gcra other) {
    return new Gcra(
        requests, period, interval, tolerance, maxDelay, Math.max(horizon, other.horizon));
  }

  @Override
  public long windowSeconds(long now) {
    return QuotaState.ceilSeconds(period);
  }

  @Override
  public long capacity() {
    return tolerance / interval + 1;
  }

  @Override
  public QuotaState peek(CounterState counter, long cost, long now) {
    return state(theoreticalArrival(counter, now), cost, now);
  }

  @Override
  public QuotaState charge(CounterState counter, long cost, long now) {
    long arrival = theoreticalArrival(counter, now);
    long delay = state(arrival, cost, now).delay();
    long next = arrival + cost * interval;
    counter.moment = next;
    return state(next, 1, now + delay).made(delay);
  }

  /** A bucket that has been full since is full already. */
  @Override
  public void giveBack(CounterState counter, long units, long charged, long now) {
    if (charged > now) {
      long arrival = Math.max(counter.moment, now);
      counter.moment =
          units >= Math.ceilDiv(arrival - now, interval) ? now : arrival - units * interval;
    }
  }

  private long theoreticalArrival(CounterState counter, long now) {
    return Math.clamp(counter.moment, now, now + tolerance + interval + maxDelay);
  }

  @Override
  public void heal(CounterState counter, long now) {
    if (counter.moment - now - horizon > Reservations.LONGEST_WAIT) {
      counter.moment = now + horizon;
    }
  }

  private QuotaState state(long arrival, long cost, long now) {
    long ahead = arrival - now;
    long late = ahead + (cost - 1) * interval - tolerance;
    return new QuotaState(
        late <= maxDelay,
        ahead <= tolerance ? (tolerance - ahead) / interval + 1 : 0,
        QuotaState.ceilSeconds(ahead),
        QuotaState.ceilSeconds(late - maxDelay),
        Math.clamp(late, 0, maxDelay));
  }

  @Override
  public boolean idle(CounterState counter, long now) {
    return counter.moment <= now;
  }

  @Override
  public MeterTerms terms(long now) {
    return new MeterTerms.Rate(
        interval / MeterTerms.MICRO,
        tolerance / MeterTerms.MICRO,
        maxDelay / MeterTerms.MICRO,
        horizon / MeterTerms.MICRO);
  }

  @Override
  public Meter share(int replicas) {
    long wider = interval > MAX_PERIOD / replicas ? MAX_PERIOD : interval * replicas;
    long together = Math.max(1, capacity() / replicas);
    // No more than before, so what bounds the tolerance still does.
    return new Gcra(
        Math.max(1, requests / replicas),
        period,
        wider,
        (together - 1) * wider,
        maxDelay,
        // Their number changes, and so does how far ahead the others were charged: none is healed.
        UNKNOWN);
  }

  @Override
  public String kind() {
    return "rate";
  }
}
