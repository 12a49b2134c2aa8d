// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.CounterState;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A lease is charged in the store when it is taken, so whatever becomes of it, no more is ever
 * admitted than was charged: a replica that dies takes what it had with it.
 *
 * A key that is asked about for the first time leases nothing. Whoever asks again while the lease
 * before, also one of nothing, still lasts, gets twice as much: so keys with many requests ask
 * seldom, and keys with few lease nothing that others would miss. All replicas together lease at most
 * a tenth of a limit, and never more than half of what is left, so near its end a limit is exact.
 * That holds because of some questions about one key that are under way only one leases: else each
 * would, and the last unit would be refused while many are on their way back.
 *
 * What is leased lasts half a second, counted from before the question, and no longer than the
 * period in which it was charged. What is left of it then goes back, but not to a store that was
 * lost meanwhile: it may have forgotten what it charged, and would give it a second time.
 */
/** What the store has charged ahead of requests. Bounded; thread-safe. */
final class Leases implements AutoCloseable {
  private static final Duration LIFETIME = Duration.ofMillis(500);
  private static final long MAX_KEYS = 100_000;
  private static final long FIRST = 8;
  private static final long MOST = 1_000;
  private static final long PART = 10;

  private final HandBack handBack;
  private final IntSupplier replicas;
  private final Ticker ticker;
  private final Cache<CounterKey, Lease> held;
  private volatile boolean closed;

  /** Tells the store what of a lease was not used. */
  @FunctionalInterface
  interface HandBack {
    /**
     * Waits for nothing.
     *
     * @param charged the counter's moment when it was leased
     * @param session of the store, from before it was asked
     */
    void handBack(QuotaLine line, long units, long charged, long session);
  }

  /** Some units of one counter. */
  private static final class Lease {
    private static final long CLOSED = -1;
    private static final long NOTHING_TAKEN = -1;

    private final QuotaLine line;
    private final long size;
    private final CounterState counter;
    private final long storeNow;
    private final long read;
    private final long session;
    private final long until;
    private final AtomicLong left;
    // Whether somebody asks for the next one; who gets no answer leaves that to the next after it.
    private final AtomicBoolean succeeded = new AtomicBoolean();

    private Lease(
        QuotaLine line, long size, CounterState counter, long storeNow, long read, long session) {
      this.line = line;
      this.size = size;
      this.counter = counter;
      this.storeNow = storeNow;
      this.read = read;
      this.session = session;
      // The counter of a quota ends with its period, that of a rate when nothing is owed any more.
      this.until = read + Math.min(LIFETIME.toNanos(), counter.moment() - storeNow);
      this.left = new AtomicLong(size);
    }

    private boolean covers(QuotaLine wanted, long now) {
      return now - until < 0 && line.meter().equals(wanted.meter()) && left.get() >= wanted.cost();
    }

    /** What is left then; negative: nothing was taken. */
    private long take(QuotaLine wanted, long now) {
      if (!covers(wanted, now)) {
        return NOTHING_TAKEN;
      }
      while (true) {
        long has = left.get();
        if (has < wanted.cost()) {
          return NOTHING_TAKEN;
        }
        if (left.compareAndSet(has, has - wanted.cost())) {
          return has - wanted.cost();
        }
      }
    }

    /** Whether it could be put back; else the lease has ended meanwhile. */
    private boolean putBack(long units) {
      return left.getAndUpdate(has -> has == CLOSED ? CLOSED : has + units) != CLOSED;
    }

    /** Ends it; what is left. */
    private long end() {
      return Math.max(0, left.getAndSet(CLOSED));
    }

    /** As a charge left it: another one that came later is not this one's. */
    private QuotaState state(long now, long after) {
      return line.meter()
          .peek(counter, 1, storeNow + now - read)
          .made()
          .with(after, line.meter().capacity());
    }
  }

  Leases(HandBack handBack, IntSupplier replicas, Ticker ticker) {
    this.handBack = handBack;
    this.replicas = replicas;
    this.ticker = ticker;
    this.held =
        Caffeine.newBuilder()
            .maximumSize(MAX_KEYS)
            .expireAfterWrite(LIFETIME)
            .ticker(ticker)
            .scheduler(Scheduler.systemScheduler())
            // An event loop that finds some to be over has no time to hand them back.
            .executor(this::run)
            .removalListener((@Nullable CounterKey _, @Nullable Lease lease, RemovalCause _) -> {
              if (lease != null) {
                end(lease);
              }
            })
            .build();
  }

  private void run(Runnable task) {
    if (closed) {
      task.run();
    } else {
      Thread.ofVirtual().name("leases").start(task);
    }
  }

  private void end(Lease lease) {
    handBack(lease, lease.end());
  }

  private void handBack(Lease lease, long units) {
    if (units > 0) {
      handBack.handBack(lease.line, units, lease.counter.moment(), lease.session);
    }
  }

  /** Charges all lines to what was leased of them, or none; then null. */
  @Nullable List<QuotaState> spend(List<QuotaLine> lines) {
    long now = ticker.read();
    List<Lease> taken = new ArrayList<>(lines.size());
    List<QuotaState> states = new ArrayList<>(lines.size());
    for (QuotaLine line : lines) {
      Lease lease = held.getIfPresent(line.key());
      long after = lease == null ? Lease.NOTHING_TAKEN : lease.take(line, now);
      if (lease == null || after < 0) {
        for (int i = 0; i < taken.size(); i++) {
          long units = lines.get(i).cost();
          if (!taken.get(i).putBack(units)) {
            handBack(taken.get(i), units);
          }
        }
        return null;
      }
      taken.add(lease);
      states.add(lease.state(now, after));
    }
    return List.copyOf(states);
  }

  /** How much more than it costs a line should be charged. */
  long wanted(QuotaLine line) {
    Lease before = held.getIfPresent(line.key());
    if (before == null
        || closed
        || before.covers(line, ticker.read())
        || !before.succeeded.compareAndSet(false, true)) {
      return 0;
    }
    long most = Math.min(MOST, line.meter().capacity() / (PART * replicas.getAsInt()));
    return Math.min(most, Math.max(FIRST, before.size * 2));
  }

  /**
   * The store has charged more than a line costs, which replaces what was leased before. Also
   * nothing more, which tells that the key was asked about, and leaves what was leased before.
   *
   * @param counter as it stands then
   * @param storeNow the store's clock then
   * @param read what the ticker said before the question
   * @param session of the store before the question
   */
  void add(
      QuotaLine line, long units, CounterState counter, long storeNow, long read, long session) {
    Lease lease = new Lease(line, units, counter, storeNow, read, session);
    if (units == 0) {
      held.asMap().putIfAbsent(line.key(), lease);
    } else {
      held.put(line.key(), lease);
    }
    if (closed) {
      held.invalidate(line.key());
    }
  }

  /** Hands everything back, and leases nothing any more. */
  @Override
  public void close() {
    closed = true;
    held.invalidateAll();
    held.cleanUp();
  }
}
