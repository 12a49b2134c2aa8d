// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.apipolicy.Authorization;
import dev.portcullis.crds.v1alpha1.apipolicy.Rule;
import dev.portcullis.crds.v1alpha1.apipolicy.StepUp;
import dev.portcullis.expression.ResultType;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec;
import dev.portcullis.policy.plan.StepUpSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the rules that say what callers may do. */
final class AuthorizationCheck {
  private static final Duration LEAST_AGE = Duration.ofSeconds(1);
  private static final Duration MOST_AGE = Duration.ofDays(30);

  private AuthorizationCheck() {}

  static @Nullable AuthorizationSpec check(
      @Nullable Authorization section, FieldPath path, Scope scope) {
    if (section == null) {
      return null;
    }
    FieldPath rules = path.field("rules");
    Values.unique(section.rules(), Rule::name, "name", rules, scope);
    List<RuleSpec> out = new ArrayList<>();
    for (int i = 0; i < section.rules().size(); i++) {
      RuleSpec rule = rule(section.rules().get(i), rules.at(i), scope);
      reportUnreachable(rule, out, rules.at(i), scope);
      out.add(rule);
    }
    return new AuthorizationSpec(scope.policy(), scope.mode(), out);
  }

  private static RuleSpec rule(Rule rule, FieldPath path, Scope scope) {
    if (rule.effect() == Rule.Effect.DENY && !rule.scopes().isEmpty()) {
      scope.report(
          DiagnosticCode.OUT_OF_BOUNDS,
          path.field("scopes"),
          "scopes in a Deny rule would deny the callers who hold them",
          "say what is meant in when, such as '!(\"orders.read\" in auth.scopes)'");
    }
    String source = rule.when();
    Expression when =
        source == null
            ? null
            : scope.expression(source, ResultType.BOOL, path.field("when")).expression();
    return new RuleSpec(
        rule.name(),
        Words.plan(rule.effect()),
        Scope.modeInSection(rule.mode()),
        Values.matches(rule.match(), path.field("match"), scope),
        rule.scopes(),
        when,
        stepUp(rule, path.field("stepUp"), scope));
  }

  private static @Nullable StepUpSpec stepUp(Rule rule, FieldPath path, Scope scope) {
    StepUp stepUp = rule.stepUp();
    if (stepUp == null) {
      return null;
    }
    if (rule.effect() == Rule.Effect.DENY) {
      scope.report(
          DiagnosticCode.OUT_OF_BOUNDS,
          path,
          "stepUp in a Deny rule would deny those who authenticated well",
          "put it into the Allow rule that needs it");
    }
    String age = stepUp.maxAge();
    if (stepUp.acrValues().isEmpty() && stepUp.amr().isEmpty() && age == null) {
      scope.report(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          "stepUp needs acrValues, amr or maxAge",
          "add one of them, or leave stepUp out to ask for nothing");
    }
    return new StepUpSpec(
        stepUp.acrValues(),
        stepUp.amr(),
        age == null
            ? null
            : Values.duration(age, LEAST_AGE, MOST_AGE, path.field("maxAge"), scope));
  }

  /** Only what is certain: an enforced rule without conditions for the same, or all, requests. */
  private static void reportUnreachable(
      RuleSpec rule, List<RuleSpec> earlier, FieldPath path, Scope scope) {
    for (RuleSpec other : earlier) {
      boolean takesAll = other.match().isEmpty() || other.match().equals(rule.match());
      if (other.effect() == rule.effect()
          && other.mode() == Mode.ENFORCE
          && other.when() == null
          && other.scopes().isEmpty()
          && other.stepUp() == null
          && takesAll) {
        scope.report(
            DiagnosticCode.RULE_UNREACHABLE,
            path,
            "rule "
                + Quote.of(rule.name())
                + " never decides: "
                + Quote.of(other.name())
                + " before it takes all of its requests",
            "remove it, or narrow the earlier rule");
        return;
      }
    }
  }
}
