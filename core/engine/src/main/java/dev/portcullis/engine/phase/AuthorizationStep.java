// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RuleSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What callers may do: deny rules first, then allow rules; whom one would allow after a better
 * authentication is told so; everybody else is denied.
 */
public final class AuthorizationStep implements PhaseStep {
  private final PolicyRef source;
  private final Mode mode;
  private final List<AuthorizationRule> denies = new ArrayList<>();
  private final List<AuthorizationRule> allows = new ArrayList<>();
  private final Verdict.Deny noRuleAllows;

  /**
   * Compiles the rules.
   *
   * @throws UnloadablePlanException naming the expression that does not compile
   */
  public AuthorizationStep(AuthorizationSpec spec, PathIndex.Builder index)
      throws UnloadablePlanException {
    this.source = spec.source();
    this.mode = spec.mode();
    this.noRuleAllows =
        Verdict.deny(
            new RuleRef(Phase.AUTHORIZATION, spec.source(), null), DenyReason.NO_RULE_ALLOWS);
    for (RuleSpec rule : spec.rules()) {
      switch (rule.effect()) {
        case DENY -> denies.add(new AuthorizationRule(spec, rule, index));
        case ALLOW -> allows.add(new AuthorizationRule(spec, rule, index));
      }
    }
  }

  @Override
  public Phase phase() {
    return Phase.AUTHORIZATION;
  }

  @Override
  public String section() {
    return "authorization";
  }

  @Override
  public PolicyRef source() {
    return source;
  }

  @Override
  public boolean runsAhead() {
    return true;
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    Verdict verdict = judge(evaluation);
    if (mode == Mode.SHADOW) {
      if (verdict instanceof Verdict.Deny deny) {
        evaluation.shadow(deny.refusal().by(), deny.refusal().reason());
      }
      return Verdict.NOT_APPLICABLE;
    }
    return verdict;
  }

  private Verdict judge(Evaluation evaluation) {
    for (int i = 0; i < denies.size(); i++) {
      AuthorizationRule rule = denies.get(i);
      if (rule.applies(evaluation)) {
        if (rule.mode == Mode.ENFORCE) {
          return Verdict.deny(rule.by, DenyReason.RULE_DENIED);
        }
        evaluation.shadow(rule.by, DenyReason.RULE_DENIED);
      }
    }
    return allow(evaluation);
  }

  /** A rule that would allow if the caller authenticated better counts when no other allows. */
  private Verdict allow(Evaluation evaluation) {
    Verdict.@Nullable Deny lacking = null;
    for (int i = 0; i < allows.size(); i++) {
      AuthorizationRule rule = allows.get(i);
      if (!rule.applies(evaluation)) {
        continue;
      }
      Verdict.@Nullable Deny refusal = rule.lacking(evaluation);
      if (rule.mode == Mode.SHADOW) {
        evaluation.shadow(rule.by, refusal == null ? null : refusal.refusal().reason());
      } else if (refusal == null) {
        return rule.allow;
      } else if (lacking == null) {
        lacking = refusal;
      }
    }
    return lacking == null ? noRuleAllows : lacking;
  }
}
