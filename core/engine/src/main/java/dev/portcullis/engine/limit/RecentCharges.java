// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/*
 * Sets of four entries, each of three longs, in one array: no object per charge, so the garbage
 * collector never sees them. An entry is the two halves of its id and the time of its charge, whose
 * lowest bit says whether it was granted. The entry that is furthest from now gives way; a
 * repetition that comes so late is charged again, which errs on the strict side. 1 024 entries see a
 * repetition 20 ms later at 50 000 charges per second through one lock.
 */
/** The outcome of the latest charges under one lock, which guards it. Bounded: 24 KiB. */
final class RecentCharges {
  private static final int SETS = 256;
  private static final int WAYS = 4;
  private static final int FIELDS = 3;
  private static final int SET_LENGTH = WAYS * FIELDS;
  private static final long MEMORY_NANOS = 10_000_000_000L;

  private final long[] entries = new long[SETS * SET_LENGTH];

  /** What became of a charge. */
  enum Outcome {
    UNKNOWN,
    GRANTED,
    REFUSED
  }

  /** What became of the charge within the last ten seconds. */
  Outcome find(ChargeId id, long now) {
    int set = set(id);
    for (int i = set; i < set + SET_LENGTH; i += FIELDS) {
      if (entries[i] == id.high()
          && entries[i + 1] == id.low()
          && Math.abs(now - entries[i + 2]) < MEMORY_NANOS) {
        return (entries[i + 2] & 1) == 1 ? Outcome.GRANTED : Outcome.REFUSED;
      }
    }
    return Outcome.UNKNOWN;
  }

  void remember(ChargeId id, boolean granted, long now) {
    int set = set(id);
    int victim = set;
    for (int i = set + FIELDS; i < set + SET_LENGTH; i += FIELDS) {
      if (Math.abs(now - entries[i + 2]) > Math.abs(now - entries[victim + 2])) {
        victim = i;
      }
    }
    entries[victim] = id.high();
    entries[victim + 1] = id.low();
    entries[victim + 2] = granted ? now | 1 : now & ~1L;
  }

  private static int set(ChargeId id) {
    return (int) (id.low() & (SETS - 1)) * SET_LENGTH;
  }
}
