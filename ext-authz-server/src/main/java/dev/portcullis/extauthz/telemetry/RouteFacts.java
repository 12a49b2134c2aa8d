// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.policy.plan.RoutePlan;
import java.util.concurrent.atomic.LongAdder;

/** What is counted for one route and kept out of its log. Lives as long as the route. */
public final class RouteFacts {
  private final LongAdder allowed = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private volatile Redaction redaction;
  private volatile String version;

  /** Starts at zero. */
  public RouteFacts(RoutePlan plan, String version) {
    this.redaction = Redaction.of(plan);
    this.version = version;
  }

  /** Follows a new version of the route; its counts go on. */
  public void update(RoutePlan plan, String version) {
    redaction = Redaction.of(plan);
    this.version = version;
  }

  String version() {
    return version;
  }

  Redaction redaction() {
    return redaction;
  }

  void count(boolean allow) {
    (allow ? allowed : denied).increment();
  }

  long allowed() {
    return allowed.sum();
  }

  long denied() {
    return denied.sum();
  }
}
