// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import java.util.concurrent.TimeUnit;

/**
 * Decides when inputs that changed are worked on. A lone change is, as soon as it is quiet for a
 * moment. While changes keep coming, the worker rests between two steps in proportion to what a
 * step takes: each step reads everything, so to begin one for every few changes would cost the
 * square of their number. When somebody's access was withdrawn, it rests only briefly: the
 * withdrawal must not wait until a stranger's edits are through. All times are in nanoseconds of
 * one clock; not thread-safe.
 */
final class Pace {
  /** So long nothing more comes before work begins. */
  static final long QUIET = TimeUnit.MILLISECONDS.toNanos(20);

  /** So long the first of many changes waits for quiet. */
  static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(200);

  /** So many times as long as a step took, the worker rests after it. */
  static final int REST = 4;

  /** A rest is never longer. */
  static final long LONGEST_REST = TimeUnit.SECONDS.toNanos(1);

  /** Nor longer than this while somebody's access waits to be withdrawn. */
  static final long LONGEST_REST_BEFORE_WITHDRAWAL = TimeUnit.MILLISECONDS.toNanos(200);

  private boolean pending;
  private boolean withdrawal;
  private long first;
  private long last;
  private boolean working;
  private long began;
  private boolean rests;
  private long ended;
  private long restsUntil;

  /** An input changed. */
  void changed(long now) {
    if (!pending) {
      first = now;
    }
    pending = true;
    last = now;
  }

  /** An input changed, and somebody must be refused from now on. */
  void withdrawn(long now) {
    changed(now);
    withdrawal = true;
  }

  /** Whether inputs changed since work began last. */
  boolean pending() {
    return pending;
  }

  /** How long until work should begin; 0 or less: now. Only while something is pending. */
  long untilDue(long now) {
    long quiet = Math.min(last + QUIET - now, first + LONGEST - now);
    if (!rests) {
      return quiet;
    }
    long rest = restsUntil - now;
    return Math.max(
        quiet, withdrawal ? Math.min(rest, ended + LONGEST_REST_BEFORE_WITHDRAWAL - now) : rest);
  }

  /** Work on all that changed until now begins. */
  void begin(long now) {
    pending = false;
    withdrawal = false;
    working = true;
    began = now;
  }

  /** The worker waits again; says nothing new when it did not work on inputs. */
  void end(long now) {
    if (working) {
      working = false;
      rests = true;
      ended = now;
      restsUntil = now + Math.min(REST * (now - began), LONGEST_REST);
    }
  }
}
