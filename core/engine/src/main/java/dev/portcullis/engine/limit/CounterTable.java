// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * Clients choose keys, so the table must be bounded without letting an attacker who invents keys
 * push out counters of others: a cache that evicts would hand a victim a fresh bucket, or the
 * attacker himself. Therefore nothing is ever evicted that still counts. When there is no room, a
 * new key shares the one overflow counter of its limit: known clients keep theirs, inventors slow
 * each other down.
 *
 * Room comes from counters that are idle, that is, whose loss changes nothing (the bucket is full
 * again, the period is over). Every new key moves a hand four entries on through the table, and
 * what it finds idle goes; so the table never holds more than a fraction of dead entries for long,
 * there is no thread, no timer and no pause, and cost is paid by those who bring new keys.
 *
 * A counter is guarded by the lock of its stripe. The hand takes that lock to remove a counter and
 * marks it, so that a charge that had found the counter before looks it up again. A new counter is
 * idle until it is charged; the hand leaves it alone for a second, or a charge of two new counters
 * would remove the first by finding the second, for ever.
 */
/** Counters by key, bounded in number. */
final class CounterTable {
  private static final int STRIPES = 256;
  private static final int HAND_STEPS = 4;
  private static final long GRACE_NANOS = 1_000_000_000L;

  private final ConcurrentHashMap<CounterKey, Counter> counters = new ConcurrentHashMap<>();
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];
  private final @Nullable RecentCharges[] recent = new RecentCharges[STRIPES];
  private final AtomicBoolean handTaken = new AtomicBoolean();
  private final int capacity;
  private @Nullable Iterator<Map.Entry<CounterKey, Counter>> hand;

  /** A counter and where it stands. */
  static final class Counter {
    final CounterKey key;
    final Meter meter;
    final CounterState state = new CounterState();
    final long createdAt;
    boolean removed;

    private Counter(CounterKey key, Meter meter, long createdAt) {
      this.key = key;
      this.meter = meter;
      this.createdAt = createdAt;
    }

    private boolean idle(long now) {
      return Math.abs(now - createdAt) >= GRACE_NANOS && meter.idle(state, now);
    }
  }

  CounterTable(int capacity) {
    this.capacity = capacity;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  /** The counter of the line, or the one that its limit keeps for keys without room. */
  Counter find(QuotaLine line, long now) {
    Counter known = counters.get(line.key());
    if (known != null) {
      return known;
    }
    advanceHand(now);
    // Whether there is room is asked where the key is taken: else somebody who asked a moment too
    // late would count a key in the overflow that has a counter of its own by now.
    Counter own =
        counters.computeIfAbsent(
            line.key(),
            key -> counters.mappingCount() < capacity ? new Counter(key, line.meter(), now) : null);
    return own != null
        ? own
        : counters.computeIfAbsent(
            CounterKey.overflow(line.key().limit()), key -> new Counter(key, line.meter(), now));
  }

  /** The counter of the key alone; null: there is none, or it shares one with others. */
  @Nullable Counter own(CounterKey key) {
    return counters.get(key);
  }

  /** The counter of the line if there is one; charges look for the overflow as well. */
  @Nullable Counter lookUp(QuotaLine line) {
    Counter known = counters.get(line.key());
    return known != null || counters.mappingCount() < capacity
        ? known
        : counters.get(CounterKey.overflow(line.key().limit()));
  }

  /** The number of the lock that guards the key's counter. */
  static int stripe(CounterKey key) {
    int hash = key.hashCode();
    return (hash ^ hash >>> 16) & (STRIPES - 1);
  }

  ReentrantLock lock(int stripe) {
    return stripes[stripe];
  }

  /** The charges remembered under a stripe's lock, which the caller holds. */
  RecentCharges recent(int stripe) {
    RecentCharges known = recent[stripe];
    if (known == null) {
      known = new RecentCharges();
      recent[stripe] = known;
    }
    return known;
  }

  long size() {
    return counters.mappingCount();
  }

  private void advanceHand(long now) {
    if (!handTaken.compareAndSet(false, true)) {
      return;
    }
    try {
      for (int i = 0; i < HAND_STEPS; i++) {
        if (hand == null || !hand.hasNext()) {
          hand = counters.entrySet().iterator();
        }
        if (hand.hasNext()) {
          removeIfIdle(hand.next().getValue(), now);
        }
      }
    } finally {
      handTaken.set(false);
    }
  }

  private void removeIfIdle(Counter counter, long now) {
    ReentrantLock lock = lock(stripe(counter.key));
    if (!lock.tryLock()) {
      return; // It is being charged, so it is not idle.
    }
    try {
      if (counter.idle(now)) {
        counter.removed = true;
        counters.remove(counter.key, counter);
      }
    } finally {
      lock.unlock();
    }
  }
}
