// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import java.util.Comparator;
import java.util.List;

/**
 * Checks expressions: syntax, types, bounds, and what their stage may read. Pure and thread-safe.
 *
 * <p>Bounds: 4096 characters of source, depth 32; regular expressions and address ranges must be
 * literals, and compile.
 */
public final class ExpressionChecker {

  private ExpressionChecker() {}

  /** Checks one expression. Never throws for what a user wrote. */
  public static CheckResult check(String source, ResultType wanted, Stage stage) {
    return check(source, CelEnvironment.COMPILER.compile(source), wanted, stage);
  }

  static CheckResult check(
      String source, CelValidationResult result, ResultType wanted, Stage stage) {
    if (result.hasError()) {
      return rejected(source, result);
    }
    try {
      return new AstRules(source, result.getAst()).apply(wanted, stage);
    } catch (CelValidationException e) {
      throw new IllegalStateException("no error, and yet no syntax tree: " + source, e);
    }
  }

  private static CheckResult.Rejected rejected(String source, CelValidationResult result) {
    if (source.isBlank()) {
      return new CheckResult.Rejected(
          List.of(ExpressionProblem.at(source, 0, "the expression is empty", "")));
    }
    return new CheckResult.Rejected(
        result.getErrors().stream()
            .map(issue -> IssueTranslator.translate(source, result.getSource(), issue))
            .sorted(Comparator.comparingInt(ExpressionProblem::offset))
            .distinct()
            .toList());
  }
}
