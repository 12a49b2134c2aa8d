// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.time.Duration;
import java.time.ZoneId;

/** How much one key may have. */
public sealed interface Allowance {

  /** Requests that it grants per period, or at once; at least 1. */
  long requests();

  /**
   * An even rate, by the generic cell rate algorithm (ITU-T I.371).
   *
   * @param per at least 1 s
   * @param burst requests that may come at once beyond the even rate; at least 0
   */
  record Rate(long requests, Duration per, long burst) implements Allowance {}

  /** A calendar-aligned allowance. */
  record Quota(long requests, Period period, ZoneId timeZone) implements Allowance {}

  /** So many requests at once: each counts until it ends. */
  record Concurrency(long requests) implements Allowance {}

  /** A calendar period; a week starts on Monday (ISO 8601). */
  enum Period {
    HOUR,
    DAY,
    WEEK,
    MONTH,
    YEAR
  }
}
