// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/*
 * Microseconds, because a store may count in doubles: those hold whole numbers up to 2^53, which
 * microseconds since 1970 reach in the year 2255 and nanoseconds reached in April of 1970.
 */
/** The numbers by which a counter is kept in another store; times in microseconds. */
public sealed interface MeterTerms {
  /** Nanoseconds in one. */
  long MICRO = 1_000;

  /**
   * An even rate with a burst: its counter is one moment.
   *
   * @param interval between requests at the even rate
   * @param tolerance by which requests may run ahead of it
   * @param maxDelay for which a request may be held until it is within the limit
   * @param horizon that the moment is ahead at most, whichever plan of the limit was charged to it
   */
  record Rate(long interval, long tolerance, long maxDelay, long horizon) implements MeterTerms {}

  /**
   * An allowance per calendar period: its counter is the end of a period, since 1970, and what was
   * charged in it. A clock elsewhere may be in the period before or after.
   *
   * @param requests in a period
   * @param previousEnd when the period before this one ends
   * @param currentEnd when this one ends
   * @param nextEnd when the one after it ends
   */
  record Quota(long requests, long previousEnd, long currentEnd, long nextEnd)
      implements MeterTerms {}

  /**
   * So many at once: its counter is the requests that are under way, each with the end of its
   * lease.
   *
   * @param lease for which one counts of which nobody hears
   */
  record Slots(long requests, long lease) implements MeterTerms {}
}
