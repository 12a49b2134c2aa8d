// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import java.time.Duration;

/**
 * How long the steps of a rotation take.
 *
 * @param overlap how long a new root is trusted before it signs: longer than it takes to reach
 *     every pod's files and every operator
 * @param longestLife of a certificate that an authority signs
 * @param renewAfter at what age a root of our own is replaced without being asked
 */
public record RotationTimes(Duration overlap, Duration longestLife, Duration renewAfter) {

  public RotationTimes {
    if (overlap.isNegative() || longestLife.isNegative() || !renewAfter.isPositive()) {
      throw new IllegalArgumentException("times of a rotation cannot be negative");
    }
  }
}
