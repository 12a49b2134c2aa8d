// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * What one counter remembers. Mutable; whoever holds it guards it.
 *
 * <p>A fresh one, all zeros, means that nothing was ever charged.
 */
public final class CounterState {
  long moment;
  long used;

  /**
   * What a counter remembers that is kept elsewhere.
   *
   * @param moment nanoseconds since 1970; what it means, the meter knows
   * @param used what was charged until then, where the meter counts
   */
  public static CounterState of(long moment, long used) {
    CounterState state = new CounterState();
    state.moment = moment;
    state.used = used;
    return state;
  }

  /** Nanoseconds since 1970 until which it counts. */
  public long moment() {
    return moment;
  }
}
