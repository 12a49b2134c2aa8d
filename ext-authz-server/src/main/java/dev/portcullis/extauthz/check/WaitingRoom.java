// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.Inquiry;
import io.grpc.Deadline;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Where checks wait that an event loop may not be kept for. Those that need computing, the
 * verification of a signature that is not remembered, stand in a bounded queue, through which a few
 * threads of the platform work in the order of arrival. Those for which somebody else must be asked
 * get a virtual thread each until the answer is there, and stand in the queue then; there may be
 * half as many of them, so that a slow issuer leaves streams of each connection to other checks. A
 * check that finds no place, or no answer in time, is refused with 503. Thread-safe.
 */
public final class WaitingRoom implements AutoCloseable {
  /** How long a check waits for which Envoy has set no time. */
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);

  /** How long before Envoy's patience ends the answer is on its way, at most. */
  private static final long AHEAD = TimeUnit.MILLISECONDS.toNanos(20);

  private static final String NO_PLACE = "there is no place to wait";

  private final LongAdder admitted = new LongAdder();
  private final LongAdder turnedAway = new LongAdder();
  private final LongAdder overdue = new LongAdder();
  private final LongAdder abandoned = new LongAdder();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger asking = new AtomicInteger();
  private final int places;
  private final int askers;
  private final Workers threads;
  private final ExecutorService asks =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ask-", 0).factory());
  private final ScheduledThreadPoolExecutor alarms =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("alarms").factory());

  /**
   * Opens a room.
   *
   * @param threads how many checks are worked on at a time
   * @param places how many may be inside, those included that are worked on; half as many more may
   *     wait for somebody else's answer
   */
  public WaitingRoom(int threads, int places) {
    this.places = places;
    this.askers = Math.max(1, places / 2);
    this.threads = new Workers(threads, places);
    this.threads.prestartAllCoreThreads();
    alarms.setRemoveOnCancelPolicy(true);
  }

  /**
   * Lets a check wait, or refuses it. Returns at once; the check gets its answer in any case.
   *
   * @param deadline when Envoy stops to wait; null: it does not say
   */
  void admit(WaitingCheck check, @Nullable Deadline deadline) {
    try {
      check.alarm(alarms.schedule(() -> ring(check), patience(deadline), TimeUnit.NANOSECONDS));
    } catch (Throwable e) {
      turnAway(check, cannotWait(e));
      return;
    }
    goOn(check);
  }

  /** Lets a check wait that has its alarm, or refuses it. */
  void goOn(WaitingCheck check) {
    Inquiry inquiry = check.inquiry();
    if (inquiry != null) {
      ask(check, inquiry);
    } else if (compute(check)) {
      admitted.increment();
    }
  }

  private boolean compute(WaitingCheck check) {
    if (inside.incrementAndGet() > places) {
      inside.decrementAndGet();
      turnAway(check, NO_PLACE);
      return false;
    }
    try {
      threads.execute(check);
      return true;
    } catch (Throwable e) {
      // The room is closed, or there is no memory; whatever it is, the check is not let in.
      inside.decrementAndGet();
      turnAway(check, cannotWait(e));
      return false;
    }
  }

  private void ask(WaitingCheck check, Inquiry inquiry) {
    if (asking.incrementAndGet() > askers) {
      asking.decrementAndGet();
      turnAway(check, NO_PLACE);
      return;
    }
    try {
      asks.execute(() -> ask(inquiry, check));
    } catch (Throwable e) {
      asking.decrementAndGet();
      turnAway(check, cannotWait(e));
    }
  }

  private void ask(Inquiry inquiry, WaitingCheck check) {
    try {
      if (check.isWaiting()) {
        inquiry.ask();
      }
    } finally {
      asking.decrementAndGet();
      if (check.isWaiting()) {
        compute(check);
      }
    }
  }

  private void turnAway(WaitingCheck check, String cause) {
    turnedAway.increment();
    check.refuse(cause);
  }

  private static String cannotWait(Throwable cause) {
    return "it cannot wait: " + cause.getClass().getName();
  }

  /** How long a check may wait, in nanoseconds. */
  static long patience(@Nullable Deadline deadline) {
    if (deadline == null) {
      return LONGEST;
    }
    long left = deadline.timeRemaining(TimeUnit.NANOSECONDS);
    return Math.min(LONGEST, left - Math.min(left / 10, AHEAD));
  }

  private void ring(WaitingCheck check) {
    if (check.overdue()) {
      overdue.increment();
      leaveQueue(check);
    }
  }

  /** Envoy takes a check back. */
  void abandon(WaitingCheck check) {
    if (check.abandon()) {
      abandoned.increment();
      leaveQueue(check);
    }
  }

  private void leaveQueue(WaitingCheck check) {
    if (threads.remove(check)) {
      inside.decrementAndGet();
    }
  }

  /** Checks that wait or are worked on. */
  public int waiting() {
    return inside.get();
  }

  /** Checks that wait for somebody else's answer. */
  public int asking() {
    return asking.get();
  }

  /** Checks that were let in to compute. */
  public long admitted() {
    return admitted.sum();
  }

  /** Checks that found no place. */
  public long turnedAway() {
    return turnedAway.sum();
  }

  /** Checks that were refused because their answer took too long. */
  public long overdue() {
    return overdue.sum();
  }

  /** Checks that Envoy took back. */
  public long abandoned() {
    return abandoned.sum();
  }

  /** Refuses whoever waits. What is being worked on is not waited for. */
  @Override
  public void close() {
    alarms.shutdownNow();
    asks.shutdownNow();
    for (Runnable each : threads.shutdownNow()) {
      if (each instanceof WaitingCheck check) {
        inside.decrementAndGet();
        check.refuse("the process stops");
      }
    }
  }

  /** The threads, and the queue before them. */
  private final class Workers extends ThreadPoolExecutor {
    Workers(int threads, int places) {
      super(
          threads,
          threads,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(places),
          Thread.ofPlatform().daemon().name("compute-", 0).factory());
    }

    @Override
    protected void afterExecute(Runnable check, @Nullable Throwable thrown) {
      inside.decrementAndGet();
    }
  }
}
