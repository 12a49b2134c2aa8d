// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.leader;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one candidate knows of the lease. No clock of another machine is trusted: a lease is over
 * when its holder did not renew it for as long as it lasts, by the time that passed here since a
 * change was seen. Thread-safe.
 */
final class Candidacy {
  private final String name;
  private final LeaseTimes times;
  private final LongSupplier nanos;
  private final LongSupplier millis;
  private @Nullable LeaseSpec seen;
  private long seenAt;
  private boolean holds;
  private Moment renewed = new Moment(0, 0);

  /** Of both clocks: one stands still while a machine sleeps, the other may be set back. */
  private record Moment(long nanos, long millis) {}

  /** What to do about the lease. */
  enum Step {
    /** Somebody else's. */
    WAIT,
    /** Ours: to be renewed. */
    RENEW,
    /** Nobody's, or no longer somebody's. */
    TAKE
  }

  /**
   * @param nanos a clock that is never set
   * @param millis the time of day
   */
  Candidacy(String name, LeaseTimes times, LongSupplier nanos, LongSupplier millis) {
    this.name = name;
    this.times = times;
    this.nanos = nanos;
    this.millis = millis;
  }

  /** Takes note of the lease as it was read; whose it is, is known for sure now. */
  synchronized Step read(LeaseSpec lease) {
    if (!lease.equals(seen)) {
      seen = lease;
      seenAt = nanos.getAsLong();
    }
    String holder = lease.getHolderIdentity();
    if (name.equals(holder)) {
      return Step.RENEW;
    }
    holds = false;
    boolean free = holder == null || holder.isEmpty();
    return free || nanos.getAsLong() - seenAt >= lasts(lease).toNanos() ? Step.TAKE : Step.WAIT;
  }

  /** By the holder's word, which may run with other times than we. */
  private Duration lasts(LeaseSpec lease) {
    Integer seconds = lease.getLeaseDurationSeconds();
    return seconds == null || seconds < 1 ? times.lease() : Duration.ofSeconds(seconds);
  }

  /** The moment before a lease is written, to be given to {@link #written}. */
  Runnable writing() {
    Moment begun = new Moment(nanos.getAsLong(), millis.getAsLong());
    return () -> written(begun);
  }

  /** The lease is ours from when we began to write it: others saw it written later than that. */
  private synchronized void written(Moment begun) {
    holds = true;
    renewed = begun;
  }

  /** The lease is given up, whatever the API server will come to know of that. */
  synchronized void resign() {
    holds = false;
  }

  /** Whether it is certain that nobody else has the lease. */
  synchronized boolean certain() {
    return holds
        && nanos.getAsLong() - renewed.nanos() < times.certain().toNanos()
        && millis.getAsLong() - renewed.millis() < times.certain().toMillis();
  }
}
