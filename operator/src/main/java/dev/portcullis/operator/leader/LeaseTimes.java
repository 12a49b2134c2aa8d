// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.leader;

import java.time.Duration;

/**
 * How long a lease is good. The holder stops to count on it before anybody else may take it; what
 * lies between is for writes that are on their way, and for clocks that do not run alike.
 *
 * @param lease so long others leave it alone after they saw it renewed; whole seconds
 * @param certain so long the holder counts on it after a renewal
 * @param retry how often it is renewed, or looked at
 */
public record LeaseTimes(Duration lease, Duration certain, Duration retry) {
  /** Those of Kubernetes' own components. */
  public static final LeaseTimes DEFAULT =
      new LeaseTimes(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

  public LeaseTimes {
    if (lease.toSeconds() < 1 || lease.toNanosPart() != 0) {
      throw new IllegalArgumentException("a lease lasts whole seconds, not " + lease);
    }
    if (certain.compareTo(lease) >= 0 || retry.compareTo(certain) >= 0 || !retry.isPositive()) {
      throw new IllegalArgumentException(
          "retry < certain < lease must hold: " + retry + ", " + certain + ", " + lease);
    }
  }
}
