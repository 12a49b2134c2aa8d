// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Where the plan stands. Written by the plan thread, read by anyone. */
public final class PlanStatus {
  private final LongAdder updates = new LongAdder();
  private final LongAdder rejections = new LongAdder();
  private volatile boolean connected;
  private volatile int routes;
  private volatile int apiKeys;
  private volatile @Nullable Instant since;

  /** Plans put to work since the start. */
  public long updates() {
    return updates.sum();
  }

  /** Parts of plans that could not be used. */
  public long rejections() {
    return rejections.sum();
  }

  /** Whether the plan's source can be read. */
  public boolean connected() {
    return connected;
  }

  /** Routes at work. */
  public int routes() {
    return routes;
  }

  /** Issued keys at work. */
  public int apiKeys() {
    return apiKeys;
  }

  /** When the plan at work was put to work; null before the first. */
  public @Nullable Instant since() {
    return since;
  }

  void connected(boolean now) {
    connected = now;
  }

  void rejected(int count) {
    rejections.add(count);
  }

  void updated(int routeCount, int keyCount, Instant now) {
    routes = routeCount;
    apiKeys = keyCount;
    since = now;
    updates.increment();
  }
}
