// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import java.util.concurrent.atomic.AtomicLong;

/** Lets one thing through per interval, so that whoever provokes an error cannot fill a log. */
final class Throttle {
  private final long intervalNanos;
  private final AtomicLong next = new AtomicLong(Long.MIN_VALUE);

  Throttle(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  boolean permits(long nowNanos) {
    long due = next.get();
    return (due == Long.MIN_VALUE || nowNanos - due >= 0)
        && next.compareAndSet(due, nowNanos + intervalNanos);
  }
}
