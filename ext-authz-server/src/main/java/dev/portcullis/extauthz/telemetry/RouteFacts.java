// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.record.Redaction;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is counted for one route and kept out of its log. Lives as long as the route. */
public final class RouteFacts {
  private final LongAdder allowed = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final LongAdder delayed = new LongAdder();
  private final LongAdder nearlyUsed = new LongAdder();
  private final LongAdder used = new LongAdder();
  private final ShadowCounts shadows = new ShadowCounts();
  private volatile Redaction redaction;
  private volatile String version;

  /** Starts at zero. */
  public RouteFacts(RoutePlan plan, String version) {
    this.redaction = Redaction.of(plan);
    this.version = version;
  }

  /** Follows a new version of the route; its counts go on. */
  public void update(RoutePlan plan, String version) {
    shadows.retain(plan.sources());
    redaction = Redaction.of(plan);
    this.version = version;
  }

  String version() {
    return version;
  }

  /**
   * What is secret on a route.
   *
   * @param facts null: nothing is known of it
   */
  static Redaction redactionOf(@Nullable RouteFacts facts) {
    return facts == null ? Redaction.ANY_ROUTE : facts.redaction;
  }

  Redaction redaction() {
    return redaction;
  }

  void count(boolean allow) {
    (allow ? allowed : denied).increment();
  }

  /** Counts a request that is held. */
  void countDelay() {
    delayed.increment();
  }

  long delayed() {
    return delayed.sum();
  }

  /** Counts a quota of which little or nothing is left. */
  void count(QuotaMark mark) {
    (mark.percent() == QuotaMark.ALL ? used : nearlyUsed).increment();
  }

  /** Quotas of which little was left. */
  long quotasNearlyUsed() {
    return nearlyUsed.sum();
  }

  /** Quotas of which nothing was left. */
  long quotasUsed() {
    return used.sum();
  }

  /** Counts what things in shadow mode would have done to one request. */
  void count(List<ShadowFinding> findings) {
    shadows.count(findings);
  }

  ShadowCounts shadows() {
    return shadows;
  }

  long allowed() {
    return allowed.sum();
  }

  long denied() {
    return denied.sum();
  }
}
