// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling, bounded, with half of it left to chance, so
 * that replicas that lost the same operator do not all come back at once.
 */
public record Backoff(Duration first, Duration most) {

  /** 100 ms to 5 s: an operator that restarts is found again soon. */
  public static Backoff standard() {
    return new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  /**
   * The wait after a failure.
   *
   * @param failures in a row, at least 1
   */
  public Duration after(int failures, RandomGenerator random) {
    long full = first.toMillis() << Math.min(failures - 1, 20);
    long bounded = Math.min(full, most.toMillis());
    return Duration.ofMillis(bounded / 2 + random.nextLong(bounded / 2 + 1));
  }
}
