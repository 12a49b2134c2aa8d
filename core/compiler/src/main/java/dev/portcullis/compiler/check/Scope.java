// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.expression.CheckResult;
import dev.portcullis.expression.ExpressionProblem;
import dev.portcullis.expression.ResultType;
import dev.portcullis.expression.Stage;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The policy that is being checked, and what its check has gathered so far. */
final class Scope {
  private final PolicyRef policy;
  private final Mode mode;
  private final Findings findings;
  private final Expressions expressions;
  private final List<Content.ExpressionUse> uses = new ArrayList<>();

  Scope(PolicyRef policy, Mode mode, Findings findings, Expressions expressions) {
    this.policy = policy;
    this.mode = mode;
    this.findings = findings;
    this.expressions = expressions;
  }

  PolicyRef policy() {
    return policy;
  }

  Mode mode() {
    return mode;
  }

  /**
   * The mode of a part that its section tries along with the others. In a policy that is in shadow
   * mode as a whole the section records what all of it would have done; a part of it that says
   * nothing of its own must then count as if it were enforced, or no rule of it would ever allow.
   */
  static Mode modeInSection(dev.portcullis.crds.v1alpha1.@Nullable Mode own) {
    return own == null ? Mode.ENFORCE : Words.plan(own);
  }

  /** The mode of a part that may have its own. */
  Mode modeOr(dev.portcullis.crds.v1alpha1.@Nullable Mode own) {
    return own == null ? mode : Words.plan(own);
  }

  /** The expressions that were checked so far. */
  List<Content.ExpressionUse> uses() {
    return List.copyOf(uses);
  }

  void report(DiagnosticCode code, FieldPath path, String message, String fix) {
    findings.add(code, path, message, fix);
  }

  /**
   * Checks an expression.
   *
   * <p>Limits are checked as if the caller were known: it is what they read that decides when they
   * are charged, and not the other way round.
   */
  Read expression(String source, ResultType type, FieldPath path) {
    Set<Variable> reads =
        switch (expressions.check(source, type, Stage.IDENTIFIED)) {
          case CheckResult.Checked checked -> checked.reads();
          case CheckResult.Rejected rejected -> {
            rejected.problems().forEach(problem -> findings.add(finding(problem, path)));
            yield Set.of();
          }
        };
    uses.add(
        new Content.ExpressionUse(
            path,
            reads(reads, "bot."),
            reads(reads, "auth."),
            reads.contains(Variable.ROUTE_LABELS),
            Quote.of(source)));
    return new Read(new Expression(source), reads.stream().anyMatch(Variable::needsIdentity));
  }

  private static boolean reads(Set<Variable> variables, String prefix) {
    return variables.stream().anyMatch(variable -> variable.celName().startsWith(prefix));
  }

  private static Finding finding(ExpressionProblem problem, FieldPath path) {
    DiagnosticCode code = DiagnosticCode.EXPRESSION_INVALID;
    String place =
        problem.line() > 1
            ? " (line " + problem.line() + ", character " + problem.column() + ")"
            : " (character " + problem.column() + ")";
    return new Finding(
        code,
        code.severity(),
        path,
        problem.offset(),
        Quote.line(problem.message()) + place,
        problem.hint().isEmpty() ? "correct the expression here" : Quote.line(problem.hint()));
  }

  /**
   * An expression.
   *
   * @param needsIdentity whether it reads what is known only of an identified caller
   */
  record Read(Expression expression, boolean needsIdentity) {}
}
