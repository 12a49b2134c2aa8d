// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * One counter that a request is charged to.
 *
 * @param cost what the request is charged: from 1 to the meter's {@link Meter#capacity}
 */
public record QuotaLine(CounterKey key, Meter meter, long cost) {
  public QuotaLine {
    if (cost < 1 || cost > meter.capacity()) {
      throw new IllegalArgumentException("a cost of " + cost + " of " + meter.capacity());
    }
  }
}
