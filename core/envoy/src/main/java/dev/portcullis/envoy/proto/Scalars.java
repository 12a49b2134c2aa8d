// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.proto;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;

/** Wrapped scalars and durations. */
public final class Scalars {

  private Scalars() {}

  /** A truth that is said, not left to a default. */
  public static BoolValue bool(boolean value) {
    return BoolValue.of(value);
  }

  /** A count that is said, not left to a default. */
  public static UInt32Value count(int value) {
    return UInt32Value.of(value);
  }

  /** Milliseconds, at least 0. */
  public static Duration millis(long millis) {
    return Duration.newBuilder()
        .setSeconds(millis / 1_000)
        .setNanos((int) (millis % 1_000) * 1_000_000)
        .build();
  }

  /** Seconds, at least 0. */
  public static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
