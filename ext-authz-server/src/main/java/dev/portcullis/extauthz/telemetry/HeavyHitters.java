// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/*
 * Space-Saving (A. Metwally, D. Agrawal, A. El Abbadi, "Efficient Computation of Frequent and Top-k
 * Elements in Data Streams", ICDT 2005). There are so many counters and no more. Whoever has one gets
 * one more. Whoever has none takes over that of whom least was seen, and its count, which is then his
 * error: he may have come so often before, unseen. So
 *
 *   count - error <= how often he came <= count,
 *
 * and whoever came more often than once in so many requests as there are counters has one. Told is
 * count - error: nobody is accused of what somebody else did. And once all counters are taken, it is
 * told only of whom more is known than the least counter holds: all others may be anybody of a
 * crowd, and would be new names with each look.
 *
 * All of it is halved every five minutes, so what is told is of the last ones: someone who always
 * comes at one pace has between five and ten minutes' worth of it.
 *
 * Counters are in a heap, the least first: a flood of strangers costs a few steps each, not a look
 * at all of them.
 *
 * One lock, which no request waits for: who finds it taken is not counted. That takes from all alike.
 */
/** Who comes most often, in bounded memory. Thread-safe; counting never waits. */
final class HeavyHitters {
  static final long HALF_LIFE = TimeUnit.MINUTES.toNanos(5);

  private final int capacity;
  private final Map<Object, Counter> counters;
  private final ReentrantLock lock = new ReentrantLock();
  // By count, the least first.
  private final List<Counter> heap;
  private long halved;

  private static final class Counter {
    private Object who;
    private long count;
    private long error;
    // Where it is in the heap.
    private int at;

    Counter(Object who, int at) {
      this.who = who;
      this.at = at;
    }

    long atLeast() {
      return count - error;
    }
  }

  /**
   * One of them.
   *
   * @param atLeast how often it came lately, or more often
   */
  record Hitter(Object who, long atLeast) {}

  /**
   * Of nobody yet.
   *
   * @param capacity counters that there are
   * @param now of {@link System#nanoTime}
   */
  HeavyHitters(int capacity, long now) {
    this.capacity = capacity;
    this.counters = HashMap.newHashMap(capacity);
    this.heap = new ArrayList<>(capacity);
    this.halved = now;
  }

  /**
   * Counts one. Makes no object for whom it knows.
   *
   * @param who a value with equality
   * @param now of {@link System#nanoTime}
   */
  void count(Object who, long now) {
    if (!lock.tryLock()) {
      return;
    }
    try {
      halve(now);
      Counter counter = counters.get(who);
      if (counter == null) {
        counter = heap.size() < capacity ? add(who) : takeOver(who);
      }
      counter.count++;
      sink(counter);
    } finally {
      lock.unlock();
    }
  }

  private Counter add(Object who) {
    Counter counter = new Counter(who, heap.size());
    heap.add(counter);
    counters.put(who, counter);
    // Nobody has less than one: it belongs where the least is.
    while (counter.at > 0) {
      swap(counter, heap.get((counter.at - 1) / 2));
    }
    return counter;
  }

  private Counter takeOver(Object who) {
    Counter least = heap.getFirst();
    counters.remove(least.who);
    least.who = who;
    least.error = least.count;
    counters.put(who, least);
    return least;
  }

  private void sink(Counter counter) {
    while (true) {
      int left = 2 * counter.at + 1;
      if (left >= heap.size()) {
        return;
      }
      Counter least = heap.get(left);
      if (left + 1 < heap.size() && heap.get(left + 1).count < least.count) {
        least = heap.get(left + 1);
      }
      if (counter.count <= least.count) {
        return;
      }
      swap(counter, least);
    }
  }

  private void swap(Counter one, Counter other) {
    int at = one.at;
    one.at = other.at;
    other.at = at;
    heap.set(one.at, one);
    heap.set(other.at, other);
  }

  private void halve(long now) {
    long times = (now - halved) / HALF_LIFE;
    if (times <= 0) {
      return;
    }
    halved += times * HALF_LIFE;
    int bits = (int) Math.min(times, Long.SIZE - 1);
    for (Counter counter : heap) {
      counter.count >>= bits;
      // Rounded up, so that nobody gets more than he had.
      counter.error = Math.min(counter.count, -(-counter.error >> bits));
    }
    heap.removeIf(counter -> counter.count == 0);
    counters.values().removeIf(counter -> counter.count == 0);
    // Halving keeps the order, and removing does not: a sorted list is a heap.
    heap.sort(Comparator.comparingLong(counter -> counter.count));
    for (int i = 0; i < heap.size(); i++) {
      heap.get(i).at = i;
    }
  }

  /** Counters in use. */
  int size() {
    lock.lock();
    try {
      return counters.size();
    } finally {
      lock.unlock();
    }
  }

  /** Those of whom most was seen, the first first; nobody who is one of a crowd. */
  List<Hitter> top(int most, long now) {
    lock.lock();
    try {
      halve(now);
      long crowd = heap.size() < capacity ? 0 : heap.getFirst().count;
      return heap.stream()
          .filter(counter -> counter.atLeast() > crowd)
          .sorted(Comparator.comparingLong(Counter::atLeast).reversed())
          .limit(most)
          .map(counter -> new Hitter(counter.who, counter.atLeast()))
          .toList();
    } finally {
      lock.unlock();
    }
  }
}
