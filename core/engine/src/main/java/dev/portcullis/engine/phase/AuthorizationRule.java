// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.expression.CompiledExpression;
import dev.portcullis.expression.EvaluationException;
import dev.portcullis.expression.UnreadableVariableException;
import dev.portcullis.expression.Variable;
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
    Found found = look(evaluation);
    Trace trace = evaluation.trace();
    if (trace != null) {
      trace.look(by, mode == Mode.SHADOW, found, conditionOf(found));
    }
    return switch (found) {
      case APPLIES -> true;
      case CONDITION_FAILED -> spec.effect() == RuleSpec.Effect.DENY;
      case OTHER_REQUEST,
          SCOPES_MISSING,
          CONDITION_FALSE,
          STEP_UP,
          GRANTED,
          DELAYS,
          GIVES_WAY,
          EXHAUSTED,
          NOT_REACHED,
          IN_LIST,
          NOT_IN_LIST,
          LIST_ABSENT ->
          false;
    };
  }

  private Found look(Evaluation evaluation) {
    if (!evaluation.fits(matcher)) {
      return Found.OTHER_REQUEST;
    }
    if (!holdsScopes(evaluation)) {
      return Found.SCOPES_MISSING;
    }
    if (when == null) {
      return Found.APPLIES;
    }
    try {
      return when.test(evaluation) ? Found.APPLIES : Found.CONDITION_FALSE;
    } catch (EvaluationException e) {
      evaluation.note("rule " + spec.name() + ": " + e.getMessage());
      return Found.CONDITION_FAILED;
    }
  }

  /** The condition, if it was asked. */
  private @Nullable String conditionOf(Found found) {
    return when == null || found == Found.OTHER_REQUEST || found == Found.SCOPES_MISSING
        ? null
        : when.source();
  }

  /**
   * What the rule refuses a caller with for whom it applies, but whose authentication does not do;
   * null: it does.
   */
  Verdict.@Nullable Deny lacking(Evaluation evaluation) {
    if (stepUp == null) {
      return null;
    }
    boolean holds;
    try {
      holds = stepUp.holds(evaluation.identity(), evaluation.request().receivedAt());
    } catch (UnreadableVariableException e) {
      evaluation.note("rule " + spec.name() + ": " + e.getMessage());
      holds = false;
    }
    Trace trace = evaluation.trace();
    if (trace != null && !holds) {
      trace.look(by, mode == Mode.SHADOW, Found.STEP_UP, null);
    }
    return holds ? null : stepUp.refusal(evaluation.identity());
  }

  private boolean holdsScopes(Evaluation evaluation) {
    if (spec.scopes().isEmpty()) {
      return true;
    }
    Trace trace = evaluation.trace();
    if (trace != null) {
      trace.read(Variable.AUTH_SCOPES);
    }
    Identity identity = evaluation.identity();
    return identity != null && identity.scopes().containsAll(spec.scopes());
  }
}
