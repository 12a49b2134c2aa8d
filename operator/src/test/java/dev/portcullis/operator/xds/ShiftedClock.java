// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Now, but for what a test let pass. */
final class ShiftedClock extends Clock {
  private volatile Duration passed = Duration.ZERO;

  void pass(Duration time) {
    passed = passed.plus(time);
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(passed);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("instants only");
  }
}
