// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import dev.portcullis.engine.overload.Votes.Verdict;
import dev.portcullis.policy.plan.OverloadSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * Additive increase, multiplicative decrease, of the load that is admitted. D.-M. Chiu and R. Jain,
 * "Analysis of the increase and decrease algorithms for congestion avoidance in computer networks"
 * (Computer Networks and ISDN Systems 17, 1989), show that of the linear rules this one alone finds
 * an efficient and fair load from a signal that says no more than "too much" or "not too much", and
 * that is all that anybody outside a service knows of it. V. Jacobson, "Congestion avoidance and
 * control" (SIGCOMM 1988), gives the other rule that is kept here: what was on its way before a
 * decrease tells nothing about the load after it, so one decrease is made for one congestion.
 *
 * Time is cut into periods. At the end of one, voices of the clients (Votes) say whether too many
 * requests were slow or failed. If so, a fifth of what was admitted is taken away, from one class:
 * the lowest that has more than its floor. Else a twentieth of what was asked for is given back, to
 * the highest class first. So of two classes the higher has never less, the lowest degrades first
 * and comes back last, and no share leaves [floor, whole].
 *
 * Who is heard. A class gives way on the word of its own clients and of higher classes: lower ones
 * cannot take anything from it, whatever they do to their own requests. Nor does a class get anything
 * back while it and higher ones fare badly: a plan at its floor stays there.
 *
 * What is not known counts as good: if nobody tells anything, all is admitted again after at most
 * twenty periods. One thing is neither: when all that is told is of requests from before the last
 * decrease, and bad, they hang still, and everything stays as it is.
 *
 * Which requests of a class give way: its n-th passes if the share, added up, reaches the next whole
 * number with it (Bresenham's line). So of each thousand as many pass as the share says, evenly, by
 * one addition and without chance; nobody but who counts all requests of the class knows n.
 */
/**
 * Decides how much of the load of one route is admitted. Thread-safe; who asks never waits, and
 * reads two fields and adds to a third.
 */
public final class OverloadControl {
  /** All requests, in permille. */
  public static final int WHOLE = 1000;

  private static final int TAKEN = 200;
  private static final int GIVEN_BACK = 50;

  /** Longer ago than this, no request that is still decided can have come. */
  private static final long LONGEST_WAIT = Duration.ofMinutes(1).toNanos();

  /** About how many requests of a class are told of in a period. */
  private static final int SAMPLES = 512;

  private final OverloadSpec spec;
  private final Map<String, Integer> priorities = new HashMap<>();
  private final int classes;
  private final int floor;
  private final long period;
  private final long latency;
  private final AtomicLongArray asked;
  private final ReentrantLock lock = new ReentrantLock();
  private final Votes fresh;
  private final Votes stale;
  private final long[] askedBefore;
  private long decreasedAt = Long.MIN_VALUE;
  private long heard;
  private volatile Window window;

  /** What becomes of a request. */
  public enum Admission {
    /** It passes. */
    PASS,
    /** It passes, and Envoy is to tell how it fares. */
    PASS_AND_TELL,
    /** It gives way. */
    GIVE_WAY
  }

  /**
   * What is admitted until the period ends. The arrays never change.
   *
   * @param share permille that pass, by class
   * @param every the how manieth of those that pass is told of, by class
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, never seen outside.
  private record Window(long begun, int[] share, int[] every) {}

  /** Admits everything. */
  public OverloadControl(OverloadSpec spec) {
    this.spec = spec;
    this.classes = spec.priority().size() + 1;
    for (int i = 0; i < spec.priority().size(); i++) {
      priorities.put(spec.priority().get(i), classes - 1 - i);
    }
    this.floor = spec.floor() * (WHOLE / 100);
    this.period = spec.period().toNanos();
    this.latency = spec.latency() == null ? Long.MAX_VALUE : spec.latency().toNanos();
    this.asked = new AtomicLongArray(classes);
    this.askedBefore = new long[classes];
    this.fresh = new Votes(classes);
    this.stale = new Votes(classes);
    this.window = new Window(0, filled(WHOLE), filled(1));
  }

  private int[] filled(int value) {
    int[] all = new int[classes];
    Arrays.fill(all, value);
    return all;
  }

  /** What it was made of. */
  public OverloadSpec spec() {
    return spec;
  }

  /** The class of callers of a plan; null: of none. */
  public int priority(@Nullable String plan) {
    return plan == null ? 0 : priorities.getOrDefault(plan, 0);
  }

  /**
   * Decides about one request.
   *
   * @param priority its class
   * @param now in nanoseconds since 1970
   */
  public Admission admit(int priority, long now) {
    Window current = window;
    if (isOver(current, now) && lock.tryLock()) {
      try {
        current = proceed(now);
      } finally {
        lock.unlock();
      }
    }
    long n = asked.getAndIncrement(priority);
    int share = current.share[priority];
    long place = n % WHOLE;
    long passed = place * share / WHOLE;
    if ((place + 1) * share / WHOLE == passed) {
      return Admission.GIVE_WAY;
    }
    return (n / WHOLE * share + passed) % current.every[priority] == 0
        ? Admission.PASS_AND_TELL
        : Admission.PASS;
  }

  /** Hears how a request fared. One of a class that is not, from before an edit, is forgotten. */
  public void hear(LoadReport report, long now) {
    boolean bad = report.failed() || report.tookNanos() > latency;
    // Without an answer, and not slow yet, nothing is known.
    if (report.mark().priority() >= classes || !(bad || report.answered())) {
      return;
    }
    lock.lock();
    try {
      if (isOver(window, now)) {
        proceed(now);
      }
      heard++;
      (report.begunAt() >= decreasedAt ? fresh : stale).add(report.mark(), bad);
    } finally {
      lock.unlock();
    }
  }

  /** How it stands, for people. */
  public OverloadState state(long now) {
    lock.lock();
    try {
      Window current = isOver(window, now) ? proceed(now) : window;
      List<Integer> admitted = new ArrayList<>(classes);
      for (int share : current.share) {
        admitted.add(share);
      }
      return new OverloadState(spec, admitted, heard);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The clock may have been set back, too. Requests that waited come later than they say, and must
   * not end a period by that.
   */
  private boolean isOver(Window current, long now) {
    long since = now - current.begun;
    return since >= period || since < -LONGEST_WAIT;
  }

  /** Ends the period that is over, and those after it in which nobody came. */
  private Window proceed(long now) {
    Window last = window;
    if (!isOver(last, now)) {
      return last;
    }
    long elapsed = now - last.begun;
    int[] share = last.share.clone();
    int[] every = last.every;
    long begun = now;
    if (elapsed >= 0) {
      long[] load = load();
      adjust(share, load, now);
      every = sampling(load, last.share);
      long idle = Math.min(elapsed / period - 1, WHOLE / GIVEN_BACK);
      for (long i = 0; i < idle; i++) {
        increase(share, new long[classes]);
      }
      begun = now - elapsed % period;
    }
    fresh.clear();
    stale.clear();
    // Else a clock that was set back would leave all that follows from before the decrease.
    decreasedAt = Math.min(decreasedAt, now);
    Window next = new Window(begun, share, every);
    window = next;
    return next;
  }

  /** How many asked since it was asked last, by class. */
  private long[] load() {
    long[] load = new long[classes];
    for (int i = 0; i < classes; i++) {
      long now = asked.get(i);
      load[i] = now - askedBefore[i];
      askedBefore[i] = now;
    }
    return load;
  }

  private int[] sampling(long[] load, int[] share) {
    int[] every = new int[classes];
    for (int i = 0; i < classes; i++) {
      every[i] = Math.clamp(load[i] * share[i] / WHOLE / SAMPLES, 1, Integer.MAX_VALUE);
    }
    return every;
  }

  private void adjust(int[] share, long[] load, long now) {
    int yielding = yielding(share, load);
    int tolerated = spec.tolerated() * (WHOLE / 100);
    if (fresh.from(yielding, tolerated) == Verdict.BAD) {
      decrease(share, load, yielding);
      decreasedAt = now;
      return;
    }
    int receiving = receiving(share, load);
    Verdict verdict = fresh.from(receiving, tolerated);
    boolean bad =
        verdict == Verdict.TOO_FEW
            ? stale.from(receiving, tolerated) == Verdict.BAD
            : verdict == Verdict.BAD;
    if (!bad) {
      increase(share, load);
    }
  }

  /** The class that would get some back next: the highest that is here and not whole. */
  private int receiving(int[] share, long[] load) {
    for (int i = classes - 1; i > 0; i--) {
      if (load[i] > 0 && share[i] < WHOLE) {
        return i;
      }
    }
    return 0;
  }

  /** The class that would give way next: the lowest that is here and above its floor. */
  private int yielding(int[] share, long[] load) {
    for (int i = 0; i < classes; i++) {
      if (load[i] > 0 && share[i] > floor) {
        return i;
      }
    }
    return classes - 1;
  }

  private void decrease(int[] share, long[] load, int yielding) {
    long admitted = 0;
    for (int i = 0; i < classes; i++) {
      admitted += load[i] * share[i];
    }
    for (int i = 0; i < yielding; i++) {
      share[i] = floor;
    }
    long taken = admitted * TAKEN / WHOLE / Math.max(1, load[yielding]);
    share[yielding] = (int) Math.max(floor, share[yielding] - Math.max(1, taken));
  }

  private void increase(int[] share, long[] load) {
    long all = 0;
    for (long each : load) {
      all += each;
    }
    // Where nobody came, all classes weigh the same.
    boolean empty = all == 0;
    long left = (empty ? classes : all) * GIVEN_BACK;
    for (int i = classes - 1; i >= 0 && left > 0; i--) {
      long weight = empty ? 1 : load[i];
      long missing = weight * (WHOLE - share[i]);
      if (missing <= left) {
        share[i] = WHOLE;
        left -= missing;
      } else {
        share[i] += (int) Math.max(1, left / weight);
        left = 0;
      }
    }
  }
}
