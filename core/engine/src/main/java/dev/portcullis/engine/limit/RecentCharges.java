// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/*
 * Sets of four entries, each of four longs, in one array: no object per charge, so the garbage
 * collector never sees them. An entry is the two halves of its id, the time of its charge, whose
 * lowest bit says whether it was granted, and until when the request is held. The entry that is furthest from now gives way; a
 * repetition that comes so late is charged again, which errs on the strict side. 1 024 entries see a
 * repetition 20 ms later at 50 000 charges per second through one lock.
 */
/** The outcome of the latest charges under one lock, which guards it. Bounded: 32 KiB. */
final class RecentCharges {
  private static final int SETS = 256;
  private static final int WAYS = 4;
  private static final int FIELDS = 4;
  private static final int SET_LENGTH = WAYS * FIELDS;
  private static final long MEMORY_NANOS = 10_000_000_000L;

  /** A check waits for five seconds at most. */
  private static final long LONGEST_WAIT = 6_000_000_000L;

  private final long[] entries = new long[SETS * SET_LENGTH];

  /** What became of a charge. */
  enum Outcome {
    UNKNOWN,
    GRANTED,
    REFUSED
  }

  /** What became of the charge within the last ten seconds. */
  Outcome find(ChargeId id, long now) {
    int entry = entry(id, now);
    if (entry < 0) {
      return Outcome.UNKNOWN;
    }
    return (entries[entry + 2] & 1) == 1 ? Outcome.GRANTED : Outcome.REFUSED;
  }

  /** Nanoseconds for which the request still has to be held whose charge was granted before. */
  long delay(ChargeId id, long now) {
    int entry = entry(id, now);
    return entry < 0 ? 0 : Math.clamp(entries[entry + 3] - now, 0, MEMORY_NANOS);
  }

  /** Where a charge within the last ten seconds is; negative: there was none. */
  private int entry(ChargeId id, long now) {
    int set = set(id);
    for (int i = set; i < set + SET_LENGTH; i += FIELDS) {
      if (entries[i] == id.high()
          && entries[i + 1] == id.low()
          && Math.abs(now - entries[i + 2]) < MEMORY_NANOS) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Remembers a charge.
   *
   * @param delay nanoseconds for which its request is held
   */
  void remember(ChargeId id, boolean granted, long now, long delay) {
    int set = set(id);
    int victim = set;
    for (int i = set + FIELDS; i < set + SET_LENGTH; i += FIELDS) {
      if (age(i, now) > age(victim, now)) {
        victim = i;
      }
    }
    entries[victim] = id.high();
    entries[victim + 1] = id.low();
    entries[victim + 2] = granted ? now | 1 : now & ~1L;
    entries[victim + 3] = now + delay;
  }

  /**
   * A request that waited comes with the time at which it was received: what was charged since is
   * the newest. What is further ahead than anybody waits is of a clock that was set back.
   */
  private long age(int entry, long now) {
    long age = now - entries[entry + 2];
    return age < -LONGEST_WAIT ? Long.MAX_VALUE : age;
  }

  private static int set(ChargeId id) {
    return (int) (id.low() & (SETS - 1)) * SET_LENGTH;
  }
}
