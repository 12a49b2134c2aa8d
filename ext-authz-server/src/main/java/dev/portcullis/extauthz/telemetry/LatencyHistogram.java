// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.concurrent.atomic.LongAdder;

/**
 * Times in buckets whose bounds are powers of two, so that the bucket is found by counting zeros:
 * 8.192 µs, 16.384 µs, … 268 ms, and above.
 */
final class LatencyHistogram {
  private static final int LOWEST_BITS = 13;
  private static final int BOUNDED = 16;

  private final LongAdder[] buckets = new LongAdder[BOUNDED + 1];
  private final LongAdder sumNanos = new LongAdder();

  LatencyHistogram() {
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = new LongAdder();
    }
  }

  /** Counts one time. Allocates nothing. */
  void record(long nanos) {
    buckets[bucket(nanos)].increment();
    sumNanos.add(nanos);
  }

  /** The first bucket whose bound is not below the time. */
  static int bucket(long nanos) {
    if (nanos <= 1L << LOWEST_BITS) {
      return 0;
    }
    return Math.min(64 - Long.numberOfLeadingZeros((nanos - 1) >> LOWEST_BITS), BOUNDED);
  }

  static double upperBoundSeconds(int bucket) {
    return bucket == BOUNDED ? Double.POSITIVE_INFINITY : (1L << (LOWEST_BITS + bucket)) / 1e9;
  }

  HistogramSnapshot snapshot(Metric metric) {
    ClassicHistogramBuckets.Builder classic = ClassicHistogramBuckets.builder();
    for (int i = 0; i < buckets.length; i++) {
      classic.bucket(upperBoundSeconds(i), buckets[i].sum());
    }
    return HistogramSnapshot.builder()
        .name(metric.baseName())
        .help(metric.help())
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(classic.build())
                .sum(sumNanos.sum() / 1e9)
                .build())
        .build();
  }
}
