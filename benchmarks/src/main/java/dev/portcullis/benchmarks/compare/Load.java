// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import java.util.Arrays;

/**
 * What a number of calls looked like from outside.
 *
 * @param perSecond answers
 * @param p50Millis half of the answers took no longer
 * @param p99Millis 99 of 100 took no longer
 */
record Load(double perSecond, double p50Millis, double p99Millis) {

  /** Of calls that took so many nanoseconds each, and {@code nanos} together. */
  static Load of(long[] latencies, long nanos) {
    long[] sorted = latencies.clone();
    Arrays.sort(sorted);
    return new Load(
        sorted.length * 1e9 / nanos,
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6);
  }
}
