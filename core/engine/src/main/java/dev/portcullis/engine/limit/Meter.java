// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of an allowance. Immutable; time is nanoseconds since 1970, which a long holds
 * until 2262.
 */
public sealed interface Meter permits Gcra, CalendarQuota, Concurrency {

  /** Requests per period, or at once, as users wrote it. */
  long requests();

  /** Length of the period in seconds at this time, for RateLimit-Policy; 0: there is none. */
  long windowSeconds(long now);

  /** The most that can be charged at once, to a counter that nothing was charged to; at least 1. */
  long capacity();

  /**
   * How the counter stands, charging nothing. What it grants may have to be held.
   *
   * @param cost that is wanted, from 1 to the capacity
   */
  QuotaState peek(CounterState counter, long cost, long now);

  /**
   * Charges what the caller has peeked, and says how the counter stands when it is held no more.
   */
  QuotaState charge(CounterState counter, long cost, long now);

  /**
   * Takes back what was charged: no more than was, for nobody has more than the limit.
   *
   * @param charged the counter's moment after that charge; its present one: whichever it was
   */
  void giveBack(CounterState counter, long units, long charged, long now);

  /** Puts right a counter of a clock that was set back since. To be done before all else. */
  default void heal(CounterState counter, long now) {}

  /** Whether forgetting the counter would change nothing. */
  boolean idle(CounterState counter, long now);

  /**
   * The numbers by which a counter is kept elsewhere.
   *
   * @param now nanoseconds since 1970, for the calendar
   */
  MeterTerms terms(long now);

  /**
   * What each of several may have who cannot count together: the allowance divided by their number,
   * so that all of them have no more than it has; but each may have one request.
   *
   * @param replicas at least 1
   */
  Meter share(int replicas);

  /** Part of a counter's name, so that meters that count differently never share a counter. */
  String kind();

  /**
   * The meter of an allowance that this process counts.
   *
   * @throws UnloadablePlanException when its numbers cannot be counted with
   */
  static Meter of(Allowance allowance) throws UnloadablePlanException {
    return of(allowance, null);
  }

  /**
   * The same, of a limit that may hold requests.
   *
   * @param maxDelay the longest; null: it holds none
   * @throws UnloadablePlanException when its numbers cannot be counted with
   */
  static Meter of(Allowance allowance, @Nullable Duration maxDelay) throws UnloadablePlanException {
    return of(allowance, maxDelay, 1);
  }

  /**
   * The meter of what a limit allows, by wherever it is counted.
   *
   * @param allowance its own, or that of one of its plans
   * @throws UnloadablePlanException when its numbers cannot be counted with
   */
  static Meter of(LimitSpec limit, Allowance allowance) throws UnloadablePlanException {
    long unit = limit.sharing() == null ? 1 : MeterTerms.MICRO;
    Meter meter = of(allowance, limit.maxDelay(), unit);
    // One client may call by several plans, and has one counter.
    List<Allowance> others = new ArrayList<>(limit.plans().values());
    others.add(limit.allowance());
    for (Allowance other : others) {
      if (meter instanceof Gcra rate && of(other, limit.maxDelay(), unit) instanceof Gcra beside) {
        meter = rate.beside(beside);
      }
    }
    return meter;
  }

  private static Meter of(Allowance allowance, @Nullable Duration maxDelay, long unit)
      throws UnloadablePlanException {
    return switch (allowance) {
      case Allowance.Rate rate -> Gcra.of(rate, maxDelay, unit);
      case Allowance.Quota quota -> {
        refuseDelay(quota, maxDelay);
        yield CalendarQuota.of(quota);
      }
      case Allowance.Concurrency concurrency -> {
        refuseDelay(concurrency, maxDelay);
        yield Concurrency.of(concurrency);
      }
    };
  }

  private static void refuseDelay(Allowance allowance, @Nullable Duration maxDelay)
      throws UnloadablePlanException {
    if (maxDelay != null) {
      throw new UnloadablePlanException("only a rate can be waited for: " + allowance);
    }
  }
}
