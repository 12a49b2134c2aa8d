// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/*
 * What is counted comes from the plan and never from a request, so the plan bounds the counters of
 * one version. A policy that stays and whose rules are renamed all the time would leave some behind
 * each time; those of one route are bounded for that.
 */
/** How often each thing in shadow mode would have refused a request of one route. Thread-safe. */
final class ShadowCounts {
  /** Findings of one route that are told apart; what is beyond is counted together. */
  private static final int MAX_FINDINGS = 1_000;

  private final Map<ShadowFinding, LongAdder> denials = new ConcurrentHashMap<>();
  private final LongAdder beyond = new LongAdder();

  /** Counts those findings that would have refused. */
  void count(List<ShadowFinding> findings) {
    for (ShadowFinding finding : findings) {
      if (finding.wouldDeny() != null) {
        adder(finding).increment();
      }
    }
  }

  private LongAdder adder(ShadowFinding finding) {
    LongAdder known = denials.get(finding);
    if (known != null) {
      return known;
    }
    // Threads that race past the bound exceed it by one each.
    return denials.size() < MAX_FINDINGS
        ? denials.computeIfAbsent(finding, _ -> new LongAdder())
        : beyond;
  }

  /** Forgets the findings of policies that speak for the route no more. */
  void retain(List<PolicyRef> policies) {
    denials.keySet().removeIf(finding -> !policies.contains(finding.by().policy()));
  }

  /** Shows each count. */
  void forEach(BiConsumer<ShadowFinding, Long> show) {
    denials.forEach((finding, count) -> show.accept(finding, count.sum()));
  }

  /** What was too much to be told apart. */
  long beyond() {
    return beyond.sum();
  }
}
