// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A ring that many threads fill and one thread empties. Filling takes one compare-and-set, never
 * waits and never wakes anybody: the reader looks by itself every few milliseconds, because a
 * wake-up would cost the request more than its whole decision.
 *
 * <p>A writer claims a slot by advancing {@code tail} and then stores into it; the reader stops at
 * a claimed slot that is still empty. {@code head} advances only after its slot was emptied, so a
 * claim within {@code capacity} of it never meets an element.
 *
 * @param <T> of the elements
 */
final class BoundedQueue<T> {
  private final AtomicReferenceArray<@Nullable T> slots;
  private final int mask;
  private final AtomicLong tail = new AtomicLong();
  private volatile long head;

  /** A queue for at least as many elements. */
  BoundedQueue(int capacity) {
    int size = Integer.highestOneBit(Math.max(2, capacity) - 1) << 1;
    slots = new AtomicReferenceArray<>(size);
    mask = size - 1;
  }

  /** Returns false, and takes nothing, when it is full. */
  boolean offer(T element) {
    long slot;
    do {
      slot = tail.get();
      if (slot - head > mask) {
        return false;
      }
    } while (!tail.compareAndSet(slot, slot + 1));
    slots.setRelease((int) slot & mask, element);
    return true;
  }

  /** The oldest element, or null when there is none. For one thread only. */
  @Nullable T poll() {
    long at = head;
    int index = (int) at & mask;
    T element = slots.getAcquire(index);
    if (element != null) {
      slots.setRelease(index, null);
      head = at + 1;
    }
    return element;
  }

  int size() {
    return (int) Math.max(0, tail.get() - head);
  }
}
