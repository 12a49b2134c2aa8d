// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.port.QuotaStore;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import org.jspecify.annotations.Nullable;

/** The limits of one phase, all of which this process counts alone. */
final class LimitStep implements PhaseStep {
  private final LimitGroup limits;
  private final OwnCounters counters;

  LimitStep(Phase phase, LimitGroup limits, QuotaStore store) {
    this.limits = limits;
    this.counters = new OwnCounters(phase, store);
  }

  @Override
  public Phase phase() {
    return counters.phase();
  }

  @Override
  public String section() {
    return "limits";
  }

  @Override
  public @Nullable PolicyRef source() {
    return null;
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    Verdict deny = counters.count(limits.counting(evaluation), evaluation);
    return deny == null ? Verdict.NOT_APPLICABLE : deny;
  }
}
