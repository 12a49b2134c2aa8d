// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import dev.portcullis.engine.limit.SplitMix64;
import dev.portcullis.engine.overload.Votes.Verdict;
import dev.portcullis.policy.plan.OverloadSpec;
import java.security.SecureRandom;
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
 * one class: the highest that is not whole. So of two classes the higher has never less, the lowest
 * degrades first and comes back last, and no share leaves [floor, whole].
 *
 * Who is heard. A class gives way on the word of its own clients and of higher classes: lower ones
 * cannot take anything from it, whatever they do to their own requests. Nor does a class get anything
 * back while it and higher ones fare badly: a plan at its floor stays there. For the same reason a
 * fifth and a twentieth are of the load of the class and of higher ones: whoever sends much in a
 * lower plan does not make the steps of a higher one longer.
 *
 * What is not known counts as good: if nobody tells anything, all classes get a twentieth of their
 * own back, so that all is admitted again after at most twenty periods. One thing is neither: when
 * all that is told is of requests from before the last decrease, and bad, they hang still, and
 * everything stays as it is, for twenty periods more at most: nobody may wait for them any longer.
 *
 * The load is what went to the service and what would have gone had nothing given way: what limits
 * refuse afterwards is none, or one client that runs into its limit would be most of it.
 *
 * Which requests of a class give way: a thousand requests are cut into as many pieces, of nearly the
 * same length, as there are to pass (or to give way, if those are fewer), and one of each piece
 * passes (gives way). So of each thousand as many pass as the share says, evenly. Which one of a
 * piece it is, is drawn by a secret of the process: with a line without chance (Bresenham's), who
 * sends most of the requests of a class could send those that do not matter when one has to give way.
 */
/**
 * Decides how much of the load of one route is admitted. Thread-safe; who asks never waits, and
 * reads two fields and adds to two others.
 */
public final class OverloadControl {
  /** All requests, in permille. */
  public static final int WHOLE = 1000;

  private static final int TAKEN = 200;
  private static final int GIVEN_BACK = 50;

  /** For so many periods what hangs since before a decrease keeps shares where they are. */
  private static final int CONGESTION = WHOLE / GIVEN_BACK;

  /** Longer ago than this, no request that is still decided can have come. */
  private static final long LONGEST_WAIT = Duration.ofMinutes(1).toNanos();

  /** About how many requests of a class are told of in a period. */
  private static final int SAMPLES = 512;

  /** Of this process. */
  private static final long SECRET = new SecureRandom().nextLong();

  private final OverloadSpec spec;
  private final Duration guards;
  private final Map<String, Integer> priorities = new HashMap<>();
  private final int classes;
  private final int floor;
  private final long period;
  private final long latency;
  private final int plans;
  private final long secret;
  private final AtomicLongArray asked;
  private final AtomicLongArray gaveWay;
  private final AtomicLongArray sent;
  private final ReentrantLock lock = new ReentrantLock();
  private final Votes fresh;
  private final Votes stale;
  private final long[] askedBefore;
  private final long[] gaveWayBefore;
  private final long[] sentBefore;
  private long windows;
  private long decreasedAt = Long.MIN_VALUE;
  private long heard;
  private volatile Window window;

  /**
   * What is admitted until the period ends. The arrays never change.
   *
   * @param share permille that pass, by class
   * @param every the how manieth of those that go to the service is told of, by class
   * @param draw says which pass
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, never seen outside.
  private record Window(long begun, int[] share, int[] every, long draw) {}

  /**
   * Admits everything.
   *
   * @param guards for how long at most an Envoy of ours behind a gateway keeps a request of the
   *     route before the service has it
   */
  public OverloadControl(OverloadSpec spec, Duration guards) {
    this(spec, guards, SECRET);
  }

  /** Admits everything, with a secret of a test's. */
  OverloadControl(OverloadSpec spec, Duration guards, long secret) {
    this.spec = spec;
    this.guards = guards;
    this.classes = spec.priority().size() + 1;
    for (int i = 0; i < spec.priority().size(); i++) {
      priorities.put(spec.priority().get(i), classes - 1 - i);
    }
    this.floor = spec.floor() * (WHOLE / 100);
    this.period = spec.period().toNanos();
    this.latency = spec.latency() == null ? Long.MAX_VALUE : spec.latency().toNanos();
    this.plans = LoadMark.number(spec.priority());
    this.secret = secret;
    this.asked = new AtomicLongArray(classes);
    this.gaveWay = new AtomicLongArray(classes);
    this.sent = new AtomicLongArray(classes);
    this.askedBefore = new long[classes];
    this.gaveWayBefore = new long[classes];
    this.sentBefore = new long[classes];
    this.fresh = new Votes(classes, secret);
    this.stale = new Votes(classes, secret);
    this.window = new Window(0, filled(WHOLE), filled(1), secret);
  }

  /**
   * Goes on with another spec of the same route. Who mends numbers during an incident must not
   * admit everything by that; with other classes, or after a trial, what it learnt means nothing.
   */
  public OverloadControl edited(OverloadSpec next, Duration nextGuards) {
    if (next.equals(spec) && nextGuards.equals(guards)) {
      return this;
    }
    OverloadControl edited = new OverloadControl(next, nextGuards, secret);
    if (next.mode() == spec.mode() && next.priority().equals(spec.priority())) {
      lock.lock();
      try {
        int[] share = window.share.clone();
        for (int i = 0; i < classes; i++) {
          share[i] = Math.max(edited.floor, share[i]);
        }
        edited.windows = windows;
        edited.decreasedAt = decreasedAt;
        edited.window = new Window(window.begun, share, window.every, window.draw);
        edited.fresh.copy(fresh);
        edited.stale.copy(stale);
      } finally {
        lock.unlock();
      }
    }
    return edited;
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
   * Decides whether one request passes; else it gives way.
   *
   * @param priority its class
   * @param now in nanoseconds since 1970
   */
  public boolean admit(int priority, long now) {
    Window current = window;
    if (isOver(current, now) && lock.tryLock()) {
      try {
        current = proceed(now);
      } finally {
        lock.unlock();
      }
    }
    long n = asked.getAndIncrement(priority);
    boolean passes = passes(n, current.share[priority], current.draw + ((long) priority << 48));
    if (!passes) {
      gaveWay.getAndIncrement(priority);
    }
    return passes;
  }

  /** Whether the n-th of a class is among those that pass. */
  private static boolean passes(long n, int share, long draw) {
    int fewer = Math.min(share, WHOLE - share);
    if (fewer == 0) {
      return share == WHOLE;
    }
    int place = (int) (n % WHOLE);
    int piece = place * fewer / WHOLE;
    int first = start(piece, fewer);
    int length = start(piece + 1, fewer) - first;
    long drawn = SplitMix64.mix(draw + n / WHOLE * WHOLE + piece);
    boolean taken = place - first == Long.remainderUnsigned(drawn, length);
    return taken == (share == fewer);
  }

  /** The first place of a piece. */
  private static int start(int piece, int pieces) {
    return (piece * WHOLE + pieces - 1) / pieces;
  }

  /**
   * Hears that a request goes to the service: nothing else refused it.
   *
   * @param priority its class
   * @return whether Envoy is to tell how it fares
   */
  public boolean send(int priority) {
    return sent.getAndIncrement(priority) % window.every[priority] == 0;
  }

  /**
   * As what Envoy is to tell of a request.
   *
   * @param priority its class
   * @param client anything that is the same for all requests of a client
   */
  public LoadMark mark(int priority, long client) {
    return new LoadMark(plans, priority, LoadMark.number(client));
  }

  /** Hears how a request fared. One of a class that is not, from before an edit, is forgotten. */
  public void hear(LoadReport report, long now) {
    LoadMark mark = report.mark();
    long took = report.tookNanos() - (report.guarded() ? guards.toNanos() : 0);
    boolean bad = report.failed() || took > latency;
    // Without an answer, and not slow yet, nothing is known.
    if (mark.plans() != plans || mark.priority() >= classes || !(bad || report.answered())) {
      return;
    }
    lock.lock();
    try {
      if (isOver(window, now)) {
        proceed(now);
      }
      heard++;
      (report.begunAt() >= decreasedAt ? fresh : stale).add(mark, bad);
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
      long[] load = since(sent, sentBefore);
      every = sampling(load);
      addWhatGaveWay(load);
      adjust(share, load, now);
      long idle = Math.min(elapsed / period - 1, WHOLE / GIVEN_BACK);
      for (long i = 0; i < idle; i++) {
        recover(share);
      }
      begun = now - elapsed % period;
    }
    fresh.clear();
    stale.clear();
    // Else a clock that was set back would leave all that follows from before the decrease.
    decreasedAt = Math.min(decreasedAt, now);
    Window next = new Window(begun, share, every, SplitMix64.mix(secret + ++windows));
    window = next;
    return next;
  }

  /** How many there were since it was asked last, by class. */
  private long[] since(AtomicLongArray counted, long[] before) {
    long[] load = new long[classes];
    for (int i = 0; i < classes; i++) {
      long now = counted.get(i);
      load[i] = now - before[i];
      before[i] = now;
    }
    return load;
  }

  /**
   * Of those that gave way, as many would have gone to the service as of those that passed: limits
   * refuse some afterwards, and those are no load.
   *
   * @param load what went to the service; then what would have gone if nothing gave way
   */
  private void addWhatGaveWay(long[] load) {
    long[] all = since(asked, askedBefore);
    long[] gone = since(gaveWay, gaveWayBefore);
    for (int i = 0; i < classes; i++) {
      long passed = all[i] - gone[i];
      // What waited may have passed in the period before.
      long went = Math.min(load[i], passed);
      load[i] = passed <= 0 ? all[i] : went + gone[i] * went / passed;
    }
  }

  private int[] sampling(long[] load) {
    int[] every = new int[classes];
    for (int i = 0; i < classes; i++) {
      every[i] = Math.clamp(Math.ceilDiv(load[i], SAMPLES), 1, Integer.MAX_VALUE);
    }
    return every;
  }

  private void adjust(int[] share, long[] load, long now) {
    if (fresh.isEmpty() && stale.isEmpty()) {
      recover(share);
      return;
    }
    int yielding = yielding(share, load);
    int tolerated = spec.tolerated() * (WHOLE / 100);
    if (load[yielding] > 0 && fresh.from(yielding, tolerated) == Verdict.BAD) {
      decrease(share, load, yielding);
      decreasedAt = now;
      return;
    }
    int receiving = receiving(share, load);
    Verdict verdict = fresh.from(receiving, tolerated);
    boolean bad =
        verdict == Verdict.TOO_FEW
            ? now - decreasedAt < CONGESTION * period
                && stale.from(receiving, tolerated) == Verdict.BAD
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
    for (int i = yielding; i < classes; i++) {
      admitted += load[i] * share[i];
    }
    for (int i = 0; i < yielding; i++) {
      share[i] = floor;
    }
    long taken = admitted * TAKEN / WHOLE / load[yielding];
    share[yielding] = (int) Math.max(floor, share[yielding] - Math.max(1, taken));
  }

  private void increase(int[] share, long[] load) {
    long above = 0;
    for (int i = classes - 1; i >= 0; i--) {
      above += load[i];
      if (load[i] == 0) {
        // Nobody is here whom it would be given to, nor anybody who could say that it is too much.
        share[i] = Math.min(WHOLE, share[i] + GIVEN_BACK);
      } else if (share[i] < WHOLE) {
        share[i] = (int) Math.min(WHOLE, share[i] + above * GIVEN_BACK / load[i]);
        break;
      }
    }
    // A class that nobody called in follows those below.
    for (int i = 1; i < classes; i++) {
      share[i] = Math.max(share[i], share[i - 1]);
    }
  }

  private static void recover(int[] share) {
    for (int i = 0; i < share.length; i++) {
      share[i] = Math.min(WHOLE, share[i] + GIVEN_BACK);
    }
  }
}
