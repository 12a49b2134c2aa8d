// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import java.util.ArrayList;
import java.util.List;

/** Puts the limits of a route into the phases that charge and peek them. */
public final class LimitSteps {
  private final List<LimitProgram> programs = new ArrayList<>();
  private final QuotaStores stores;

  /**
   * Compiles the limits.
   *
   * @throws UnloadablePlanException naming the limit that cannot be counted
   */
  public LimitSteps(List<LimitSpec> specs, PathIndex.Builder index, QuotaStores stores)
      throws UnloadablePlanException {
    this.stores = stores;
    for (LimitSpec spec : specs) {
      programs.add(new LimitProgram(spec, index));
    }
  }

  /** The steps that have something to count. */
  public List<PhaseStep> steps() {
    List<PhaseStep> steps = new ArrayList<>();
    add(steps, Phase.FLOOD, List.of(), LimitPhase.FLOOD);
    add(steps, Phase.RATES, of(LimitPhase.QUOTA, Mode.ENFORCE), LimitPhase.RATE);
    add(steps, Phase.QUOTAS, List.of(), LimitPhase.QUOTA);
    return steps;
  }

  private void add(
      List<PhaseStep> steps, Phase phase, List<LimitProgram> peeked, LimitPhase charged) {
    LimitGroup all = new LimitGroup(peeked, of(charged, Mode.ENFORCE), of(charged, Mode.SHADOW));
    // A process that shares nothing is all replicas.
    if (!stores.isAlone() && !all.shared().isEmpty()) {
      boolean followed =
          charged == LimitPhase.RATE
              && programs.stream()
                  .anyMatch(limit ->
                      limit.phase() == LimitPhase.QUOTA && limit.isShared() && !limit.isShadow());
      steps.add(new SharedLimitStep(phase, all.own(), all.shared(), followed, stores));
    } else if (!all.isEmpty()) {
      steps.add(new LimitStep(phase, all, stores.own()));
    }
  }

  private List<LimitProgram> of(LimitPhase phase, Mode mode) {
    return programs.stream()
        .filter(program -> program.phase() == phase && program.mode() == mode)
        .toList();
  }
}
