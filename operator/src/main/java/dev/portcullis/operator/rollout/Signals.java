// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeEvents;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Collects what happened until the worker has time for it. Many signals count as one: inputs are
 * collected until they are quiet for a moment, so that a hundred policies applied together are
 * compiled together.
 */
public final class Signals implements NodeEvents {
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean inputs;
  private boolean nodes;
  private long lastInput;

  /** Something in the cluster changed. Returns at once. */
  public void inputsChanged() {
    lock.lock();
    try {
      inputs = true;
      lastInput = System.nanoTime();
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void nodesChanged() {
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
    nodesChanged();
  }

  @Override
  public void disconnected(ConnectedNode node) {
    nodesChanged();
  }

  /**
   * Waits until something happened, or the time is over, and forgets it.
   *
   * @return whether inputs changed
   */
  boolean await(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (!inputs && !nodes && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (inputs) {
        awaitQuiet();
      }
      boolean result = inputs;
      inputs = false;
      nodes = false;
      return result;
    } finally {
      lock.unlock();
    }
  }

  private void awaitQuiet() throws InterruptedException {
    long first = System.nanoTime();
    while (true) {
      long now = System.nanoTime();
      long left = Math.min(lastInput + QUIET_NANOS, first + LONGEST_NANOS) - now;
      if (left <= 0) {
        return;
      }
      var _ = changed.awaitNanos(left);
    }
  }
}
