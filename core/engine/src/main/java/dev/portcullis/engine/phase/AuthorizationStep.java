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
import dev.portcullis.policy.plan.RuleSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What callers may do: deny rules first, then allow rules, else denied. */
public final class AuthorizationStep implements PhaseStep {
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
    AuthorizationRule deny = firstThatApplies(denies, evaluation, DenyReason.RULE_DENIED);
    if (deny != null) {
      return Verdict.deny(deny.by, DenyReason.RULE_DENIED);
    }
    AuthorizationRule allow = firstThatApplies(allows, evaluation, null);
    return allow == null ? noRuleAllows : allow.allow;
  }

  private static @Nullable AuthorizationRule firstThatApplies(
      List<AuthorizationRule> rules, Evaluation evaluation, @Nullable DenyReason wouldDeny) {
    for (int i = 0; i < rules.size(); i++) {
      AuthorizationRule rule = rules.get(i);
      if (rule.applies(evaluation)) {
        if (rule.mode == Mode.ENFORCE) {
          return rule;
        }
        evaluation.shadow(rule.by, wouldDeny);
      }
    }
    return null;
  }
}
