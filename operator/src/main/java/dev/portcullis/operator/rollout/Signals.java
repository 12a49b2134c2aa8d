// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeEvents;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Collects what happened until the worker has time for it. Many signals count as one: inputs are
 * collected at a {@link Pace}, so that a hundred policies applied together are compiled together.
 * What nodes say is passed on at once, and a withdrawal nearly so.
 */
public final class Signals implements NodeEvents {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Pace pace = new Pace();
  private final LongSupplier nanos;
  private boolean nodes;

  public Signals() {
    this(System::nanoTime);
  }

  /**
   * @param nanos the clock by which the pace is kept
   */
  Signals(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Something in the cluster changed. Returns at once. */
  public void inputsChanged() {
    lock.lock();
    try {
      pace.changed(nanos.getAsLong());
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Something in the cluster changed so that somebody must be refused. Returns at once. */
  public void accessWithdrawn() {
    lock.lock();
    try {
      pace.withdrawn(nanos.getAsLong());
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** A node said something, came or went, or more is known of one. Returns at once. */
  public void nodesChanged() {
    lock.lock();
    try {
      nodes = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void connected(ConnectedNode node) {
    nodesChanged();
  }

  @Override
  public void progressed(ConnectedNode node) {
    if (node.role() != Role.OPERATOR) {
      nodesChanged();
    }
  }

  @Override
  public void disconnected(ConnectedNode node) {
    nodesChanged();
  }

  /**
   * Waits until something happened, or the time is over, and forgets it. The caller works on it
   * before it calls again.
   *
   * @return whether inputs changed
   */
  boolean await(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long now = nanos.getAsLong();
      long end = now + atMost.toNanos();
      pace.end(now);
      while (true) {
        long left = end - now;
        if (pace.pending()) {
          long untilDue = pace.untilDue(now);
          if (untilDue <= 0) {
            pace.begin(now);
            nodes = false;
            return true;
          }
          left = Math.min(left, untilDue);
        }
        if (nodes || left <= 0) {
          nodes = false;
          return false;
        }
        var _ = changed.awaitNanos(left);
        now = nanos.getAsLong();
      }
    } finally {
      lock.unlock();
    }
  }
}
