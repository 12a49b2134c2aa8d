// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

/**
 * That Envoy holds a request for a while, so that it comes when its turn is.
 *
 * @param by the limit; of several the one that holds it longest
 * @param millis at least 1
 */
public record Delay(RuleRef by, long millis) {
  private static final long MILLI = 1_000_000;

  /** A delay in what Envoy counts in, rounded up, so that nothing comes too early. */
  public static Delay of(RuleRef by, long nanos) {
    return new Delay(by, Math.max(1, Math.ceilDiv(nanos, MILLI)));
  }
}
