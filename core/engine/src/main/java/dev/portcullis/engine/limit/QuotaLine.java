// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * One counter that a request is charged to.
 *
 * @param cost what the request is charged: from 1 to the meter's {@link Meter#capacity}
 * @param givenBack when that is given back; a meter of what is at once gives it back at the end
 */
public record QuotaLine(CounterKey key, Meter meter, long cost, GivenBack givenBack) {
  public QuotaLine {
    if (cost < 1 || cost > meter.capacity()) {
      throw new IllegalArgumentException("a cost of " + cost + " of " + meter.capacity());
    }
    if (meter instanceof Concurrency != (givenBack == GivenBack.AT_THE_END)) {
      throw new IllegalArgumentException(meter + " gives back " + givenBack);
    }
  }

  /** A counter that keeps what it is charged, unless it counts what is at once. */
  public QuotaLine(CounterKey key, Meter meter, long cost) {
    this(key, meter, cost, meter instanceof Concurrency ? GivenBack.AT_THE_END : GivenBack.NEVER);
  }

  /** Whether the charge has to be remembered until its request ends. */
  public boolean isReserved() {
    return givenBack != GivenBack.NEVER;
  }
}
