// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import java.time.Instant;

/** How counters tell the time: in nanoseconds since 1970, until 2262. */
public final class EpochNanos {
  private EpochNanos() {}

  /** A moment as they tell it. */
  public static long of(Instant moment) {
    return moment.getEpochSecond() * 1_000_000_000L + moment.getNano();
  }
}
