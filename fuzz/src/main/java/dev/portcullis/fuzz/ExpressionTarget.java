// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.engine.request.Headers;
import dev.portcullis.expression.CheckResult;
import dev.portcullis.expression.CompiledExpression;
import dev.portcullis.expression.EvaluationException;
import dev.portcullis.expression.ExpressionChecker;
import dev.portcullis.expression.ResultType;
import dev.portcullis.expression.Stage;
import dev.portcullis.expression.UnreadableVariableException;
import dev.portcullis.expression.Variable;
import java.util.List;
import java.util.Map;

/**
 * An expression. It is refused with problems that can be shown, or compiles and then has a value or
 * an {@link EvaluationException}.
 */
final class ExpressionTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    String source = Texts.of(input);
    for (ResultType type : ResultType.values()) {
      switch (ExpressionChecker.check(source, type, Stage.IDENTIFIED)) {
        case CheckResult.Rejected rejected -> {
          if (rejected.problems().isEmpty()) {
            throw new BrokenPromiseError("an expression is refused without a reason");
          }
        }
        case CheckResult.Checked _ ->
            evaluate(CompiledExpression.compile(source, type, Stage.IDENTIFIED), type);
      }
    }
  }

  private static void evaluate(CompiledExpression expression, ResultType type) {
    try {
      switch (type) {
        case BOOL -> expression.test(ExpressionTarget::read);
        case KEY_PART -> expression.text(ExpressionTarget::read);
        case COST -> expression.number(ExpressionTarget::read);
      }
    } catch (EvaluationException e) {
      if (e.getMessage() == null) {
        throw new BrokenPromiseError("an expression fails without a reason");
      }
    }
  }

  private static Object read(Variable variable) {
    return switch (variable) {
      case REQUEST_METHOD -> "GET";
      case REQUEST_PATH -> "/orders/7";
      case REQUEST_HOST -> "shop.example.com";
      case REQUEST_HEADERS, REQUEST_HEADERS_ALL, REQUEST_QUERY, REQUEST_QUERY_ALL ->
          Headers.of("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "b", "1", "b", "2");
      case REQUEST_TIME, AUTH_TIME -> Gate.NOW;
      case SOURCE_ADDRESS -> "198.51.100.7";
      case AUTH_AUTHENTICATED -> true;
      case AUTH_SCOPES, AUTH_AMR -> List.of("orders.read", "pwd");
      case AUTH_CLAIMS -> Map.of("role", "agent", "level", 3L, "groups", List.of("a", "b"));
      default -> throw new UnreadableVariableException(variable.celName() + " has no value here");
    };
  }
}
