// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LatencyHistogramTest {

  @Test
  void findsTheFirstBucketWhoseBoundIsNotBelow() {
    assertThat(LatencyHistogram.bucket(0)).isZero();
    for (int bucket = 0; bucket < 16; bucket++) {
      long bound = Math.round(LatencyHistogram.upperBoundSeconds(bucket) * 1e9);
      assertThat(LatencyHistogram.bucket(bound)).as("%d ns", bound).isEqualTo(bucket);
      assertThat(LatencyHistogram.bucket(bound + 1)).as("%d ns", bound + 1).isEqualTo(bucket + 1);
    }
    assertThat(LatencyHistogram.bucket(Long.MAX_VALUE)).isEqualTo(16);
    assertThat(LatencyHistogram.upperBoundSeconds(16)).isInfinite();
  }
}
