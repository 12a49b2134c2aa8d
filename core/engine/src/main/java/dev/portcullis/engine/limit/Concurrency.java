// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;

/*
 * A semaphore whose permits are leased (Gray and Cheriton, "Leases", 1989). The counter is the
 * number of requests that are under way; each takes its cost when it begins and gives it back when
 * Envoy says that it ended. Whoever takes a part holds it for the length of a lease, and longer as
 * long as Envoy says that the request goes on, which it does every five seconds. So when Envoy dies,
 * or the connection on which it tells, what it held is free again after fifteen, one lost word does
 * no harm, and no request is counted by which nobody is waiting.
 *
 * Admitted are never more than the limit at once, unless Envoy lives and its words are lost for
 * fifteen seconds: then those of its requests that last longer are not counted any more.
 *
 * Replicas that cannot count together cannot tell each other either that a request ended, because
 * Envoy tells one of them. Their share is leased for one second and not longer.
 */
/**
 * So many at once.
 *
 * @param requests that may be under way
 * @param lease nanoseconds after which one counts no more of which nobody has heard
 */
record Concurrency(long requests, long lease) implements Meter {
  /** For those whose end nobody may hear of. */
  static final Duration SHARE = Duration.ofSeconds(1);

  private static final long MOST = 100_000;

  static Concurrency of(Allowance.Concurrency allowance) throws UnloadablePlanException {
    if (allowance.requests() < 1 || allowance.requests() > MOST) {
      throw new UnloadablePlanException("not a number of requests at once: " + allowance);
    }
    return new Concurrency(allowance.requests(), Reservation.LEASE.toNanos());
  }

  /** Whether the end of a request may be told to somebody else. */
  boolean isShare() {
    return lease == SHARE.toNanos();
  }

  /** How long it counts is nobody's to say before. */
  @Override
  public long windowSeconds(long now) {
    return 0;
  }

  @Override
  public long capacity() {
    return requests;
  }

  @Override
  public QuotaState peek(CounterState counter, long cost, long now) {
    // An edit may leave a counter with more than the limit has now.
    long left = Math.max(0, requests - counter.used);
    return new QuotaState(cost <= left, left, counter.used > 0 ? 1 : 0, cost <= left ? 0 : 1);
  }

  @Override
  public QuotaState charge(CounterState counter, long cost, long now) {
    counter.used += cost;
    return new QuotaState(true, Math.max(0, requests - counter.used), 1, 0);
  }

  @Override
  public void giveBack(CounterState counter, long units, long charged, long now) {
    counter.used = Math.max(0, counter.used - units);
  }

  @Override
  public boolean idle(CounterState counter, long now) {
    return counter.used == 0;
  }

  @Override
  public MeterTerms terms(long now) {
    return new MeterTerms.Slots(requests, lease / MeterTerms.MICRO);
  }

  @Override
  public Meter share(int replicas) {
    // The only one hears of all ends.
    return replicas == 1
        ? this
        : new Concurrency(Math.max(1, requests / replicas), SHARE.toNanos());
  }

  @Override
  public String kind() {
    return "at-once";
  }
}
