// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.policy.decision.DenyReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the request path counts: a few adders, found without a look-up. */
public final class DecisionCounters {
  final LatencyHistogram seconds = new LatencyHistogram();
  final LongAdder internalErrors = new LongAdder();
  final LongAdder expired = new LongAdder();
  final LongAdder foreign = new LongAdder();
  final LongAdder probes = new LongAdder();
  final LongAdder delayedMillis = new LongAdder();
  final TopClients clients;
  private final LongAdder allowed = new LongAdder();
  private final Map<DenyReason, LongAdder> denied = new EnumMap<>(DenyReason.class);

  /** Starts at zero, and names ten clients at most. */
  public DecisionCounters() {
    this(10);
  }

  /**
   * Starts at zero.
   *
   * @param clients that are named at most; 0: none
   */
  public DecisionCounters(int clients) {
    this.clients = new TopClients(clients);
    for (DenyReason reason : DenyReason.values()) {
      denied.put(reason, new LongAdder());
    }
  }

  /**
   * Counts one decision.
   *
   * @param facts of its route; null when the route is not known
   */
  public void decided(Decision decision, @Nullable RouteFacts facts, long nanos) {
    Refusal refusal = decision.refusal();
    if (refusal == null) {
      allowed.increment();
    } else {
      adder(refusal.reason()).increment();
    }
    if (facts != null) {
      facts.count(refusal == null);
      if (decision.delay() != null) {
        facts.countDelay();
      }
      if (!decision.quotaMarks().isEmpty()) {
        decision.quotaMarks().forEach(facts::count);
      }
      if (!decision.shadow().isEmpty()) {
        facts.count(decision.shadow());
      }
    }
    if (decision.delay() != null) {
      delayedMillis.add(decision.delay().millis());
    }
    clients.decided(decision);
    seconds.record(nanos);
  }

  /** Counts a check that failed inside; it was answered with 503. */
  public void internalError() {
    internalErrors.increment();
    adder(DenyReason.UNAVAILABLE).increment();
  }

  /** Counts a check about a route that its caller may not ask about. */
  public void foreign() {
    foreign.increment();
  }

  /** Counts a probe; it is no decision. */
  public void probed() {
    probes.increment();
  }

  /** Counts a check that came too late to be decided; it was answered with 503. */
  public void expired() {
    expired.increment();
    adder(DenyReason.UNAVAILABLE).increment();
  }

  /** Counts a check whose decision came too late; it was answered with 503. */
  public void overdue() {
    adder(DenyReason.UNAVAILABLE).increment();
  }

  long allowed() {
    return allowed.sum();
  }

  long denied(DenyReason reason) {
    return adder(reason).sum();
  }

  private LongAdder adder(DenyReason reason) {
    return Objects.requireNonNull(denied.get(reason));
  }
}
