// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;

/**
 * The arithmetic of an allowance. Immutable; time is nanoseconds since 1970, which a long holds
 * until 2262.
 */
public sealed interface Meter permits Gcra, CalendarQuota {

  /** Requests per period, as users wrote it. */
  long requests();

  /** Length of the period in seconds at this time; for RateLimit-Policy. */
  long windowSeconds(long now);

  /** The most that can be charged at once, to a counter that nothing was charged to; at least 1. */
  long capacity();

  /**
   * How the counter stands, charging nothing.
   *
   * @param cost that is wanted, from 1 to the capacity
   */
  QuotaState peek(CounterState counter, long cost, long now);

  /** Charges what the caller has peeked, and says how the counter stands then. */
  QuotaState charge(CounterState counter, long cost, long now);

  /** Whether forgetting the counter would change nothing. */
  boolean idle(CounterState counter, long now);

  /** Part of a counter's name, so that meters that count differently never share a counter. */
  String kind();

  /**
   * The meter of an allowance.
   *
   * @throws UnloadablePlanException when its numbers cannot be counted with
   */
  static Meter of(Allowance allowance) throws UnloadablePlanException {
    return switch (allowance) {
      case Allowance.Rate rate -> Gcra.of(rate);
      case Allowance.Quota quota -> CalendarQuota.of(quota);
    };
  }
}
