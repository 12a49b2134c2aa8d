// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.expression.CompiledExpression;
import dev.portcullis.expression.EvaluationException;
import dev.portcullis.expression.UnreadableVariableException;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec;
import org.jspecify.annotations.Nullable;

/** One rule, compiled. A deny rule matches paths leniently, an allow rule exactly. */
final class AuthorizationRule {
  final RuleRef by;
  final Verdict.Allow allow;
  final Mode mode;
  private final RuleSpec spec;
  private final RequestMatcher matcher;
  private final @Nullable CompiledExpression when;
  private final @Nullable StepUp stepUp;

  AuthorizationRule(AuthorizationSpec section, RuleSpec spec, PathIndex.Builder index)
      throws UnloadablePlanException {
    this.spec = spec;
    this.by = new RuleRef(Phase.AUTHORIZATION, section.source(), spec.name());
    this.allow = new Verdict.Allow(by);
    this.mode = spec.mode();
    this.matcher =
        switch (spec.effect()) {
          case DENY -> RequestMatcher.lenient(spec.match(), index);
          case ALLOW -> RequestMatcher.exact(spec.match(), index);
        };
    this.when = Expressions.condition(spec.when());
    this.stepUp = spec.stepUp() == null ? null : new StepUp(spec.stepUp(), by);
  }

  /** Whether the rule speaks for the request; an error counts as the rule's effect demands. */
  boolean applies(Evaluation evaluation) {
    if (!matcher.matches(evaluation.request().method(), evaluation.matches())
        || !holdsScopes(evaluation.identity())) {
      return false;
    }
    if (when == null) {
      return true;
    }
    try {
      return when.test(evaluation);
    } catch (EvaluationException e) {
      evaluation.note("rule " + spec.name() + ": " + e.getMessage());
      return switch (spec.effect()) {
        case DENY -> true;
        case ALLOW -> false;
      };
    }
  }

  /**
   * What the rule refuses a caller with for whom it applies, but whose authentication does not do;
   * null: it does.
   */
  Verdict.@Nullable Deny lacking(Evaluation evaluation) {
    if (stepUp == null) {
      return null;
    }
    try {
      return stepUp.holds(evaluation.identity(), evaluation.request().receivedAt())
          ? null
          : stepUp.refusal();
    } catch (UnreadableVariableException e) {
      evaluation.note("rule " + spec.name() + ": " + e.getMessage());
      return stepUp.refusal();
    }
  }

  private boolean holdsScopes(@Nullable Identity identity) {
    return spec.scopes().isEmpty()
        || (identity != null && identity.scopes().containsAll(spec.scopes()));
  }
}
