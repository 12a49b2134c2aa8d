// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.port.QuotaStore;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one phase. Those that are enforced are charged together or not at all; those in
 * shadow mode have counters of their own and never change the outcome. What is only peeked (quotas,
 * before a client may buy more work) is asked first.
 */
final class LimitStep implements PhaseStep {
  private final Phase phase;
  private final List<LimitProgram> peeked;
  private final List<LimitProgram> charged;
  private final List<LimitProgram> shadowed;
  private final QuotaStore store;

  LimitStep(
      Phase phase,
      List<LimitProgram> peeked,
      List<LimitProgram> charged,
      List<LimitProgram> shadowed,
      QuotaStore store) {
    this.phase = phase;
    this.peeked = List.copyOf(peeked);
    this.charged = List.copyOf(charged);
    this.shadowed = List.copyOf(shadowed);
    this.store = store;
  }

  @Override
  public Phase phase() {
    return phase;
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
    chargeShadowed(evaluation);
    Verdict.@Nullable Deny deny = apply(peeked, evaluation, false);
    if (deny == null) {
      deny = apply(charged, evaluation, true);
    }
    return deny == null ? Verdict.NOT_APPLICABLE : deny;
  }

  private Verdict.@Nullable Deny apply(
      List<LimitProgram> limits, Evaluation evaluation, boolean charge) {
    Lines lines = lines(limits, evaluation);
    if (lines == null) {
      return null;
    }
    List<QuotaState> states =
        charge
            ? store.charge(
                ChargeId.of(evaluation.request(), phase, false), lines.lines, evaluation.now())
            : store.peek(lines.lines, evaluation.now());
    Verdict.Deny deny = null;
    for (int i = 0; i < states.size(); i++) {
      LimitProgram limit = lines.limits.get(i);
      evaluation.limits().add(limit, lines.lines.get(i).meter(), states.get(i), evaluation.now());
      limit.trace(evaluation, states.get(i));
      if (deny == null && !states.get(i).granted()) {
        deny = Verdict.deny(limit.by(), limit.reason());
      }
    }
    return deny;
  }

  private void chargeShadowed(Evaluation evaluation) {
    Lines lines = lines(shadowed, evaluation);
    if (lines == null) {
      return;
    }
    List<QuotaState> states =
        store.charge(ChargeId.of(evaluation.request(), phase, true), lines.lines, evaluation.now());
    for (int i = 0; i < states.size(); i++) {
      LimitProgram limit = lines.limits.get(i);
      limit.trace(evaluation, states.get(i));
      if (!states.get(i).granted()) {
        evaluation.shadow(limit.by(), limit.reason());
      }
    }
  }

  /** Limits that count the request, and their counters, in one order. */
  private record Lines(List<LimitProgram> limits, List<QuotaLine> lines) {}

  private static @Nullable Lines lines(List<LimitProgram> limits, Evaluation evaluation) {
    Lines found = null;
    for (int i = 0; i < limits.size(); i++) {
      QuotaLine line = limits.get(i).line(evaluation);
      if (line != null) {
        if (found == null) {
          found = new Lines(new ArrayList<>(limits.size()), new ArrayList<>(limits.size()));
        }
        found.limits.add(limits.get(i));
        found.lines.add(line);
      }
    }
    return found;
  }
}
