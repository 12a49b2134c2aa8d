// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.limit.CounterTable.Counter;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * All leases here are of one length, so who was heard of last ends last: a map in that order is the
 * queue too. What ends is gone at once, and who looks for what is overdue looks at the first entry.
 */
/**
 * What was charged for requests that have not ended yet, by the names of their charges.
 * Thread-safe.
 */
final class Reservations {
  /**
   * A request that waited, for a signature or for somebody's answer, comes with the time at which
   * it was received: others may have come since, and must not lose their places by that. Twice as
   * long as a check may wait.
   */
  static final long LONGEST_WAIT = Duration.ofSeconds(10).toNanos();

  private final LinkedHashMap<ChargeId, Held> held = new LinkedHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final long lease;
  private volatile int size;

  /**
   * One counter that was charged.
   *
   * @param moment of the counter after it
   */
  record Line(Counter counter, Meter meter, long cost, GivenBack givenBack, long moment) {}

  /**
   * What was charged for one request at one time.
   *
   * @param until when it counts, if nobody hears of the request
   */
  record Held(List<Line> lines, long until) {
    Held {
      lines = List.copyOf(lines);
    }
  }

  /** Of leases of this length. */
  Reservations(Duration lease) {
    this.lease = lease.toNanos();
  }

  int size() {
    return size;
  }

  /** Adds one; gives back what was held under its name before. */
  @Nullable Held add(ChargeId id, List<Line> lines, long now) {
    lock.lock();
    try {
      Held before = held.remove(id);
      held.put(id, new Held(lines, now + lease));
      size = held.size();
      return before;
    } finally {
      lock.unlock();
    }
  }

  /** Ends one; null: it has ended before, or is not known here. */
  @Nullable Held end(ChargeId id) {
    lock.lock();
    try {
      Held ended = held.remove(id);
      size = held.size();
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody has heard of its request. What was given up may be somebody else's in a moment. */
  void renew(ChargeId id, long now) {
    lock.lock();
    try {
      Held known = held.get(id);
      if (known != null && known.until > now) {
        held.remove(id);
        held.put(id, new Held(known.lines, now + lease));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends one of which nobody has heard for too long; null: there is none. */
  @Nullable Held endOverdue(long now) {
    if (size == 0) {
      return null;
    }
    lock.lock();
    try {
      Iterator<Map.Entry<ChargeId, Held>> entries = held.entrySet().iterator();
      if (!entries.hasNext()) {
        return null;
      }
      Held first = entries.next().getValue();
      // One whose end is that far ahead is of a clock that was set back since.
      if (first.until > now && first.until - now <= lease + LONGEST_WAIT) {
        return null;
      }
      entries.remove();
      size = held.size();
      return first;
    } finally {
      lock.unlock();
    }
  }
}
