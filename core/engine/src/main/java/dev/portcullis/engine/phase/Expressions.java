// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.expression.CompiledExpression;
import dev.portcullis.expression.ResultType;
import dev.portcullis.expression.Stage;
import dev.portcullis.policy.plan.Expression;
import org.jspecify.annotations.Nullable;

/** Compiles the expressions of a plan. */
final class Expressions {

  private Expressions() {}

  static @Nullable CompiledExpression condition(@Nullable Expression expression)
      throws UnloadablePlanException {
    return condition(expression, Stage.IDENTIFIED);
  }

  static @Nullable CompiledExpression condition(@Nullable Expression expression, Stage stage)
      throws UnloadablePlanException {
    return expression == null ? null : compile(expression, ResultType.BOOL, stage);
  }

  static @Nullable CompiledExpression cost(@Nullable Expression expression, Stage stage)
      throws UnloadablePlanException {
    return expression == null ? null : compile(expression, ResultType.COST, stage);
  }

  static CompiledExpression keyPart(Expression expression, Stage stage)
      throws UnloadablePlanException {
    return compile(expression, ResultType.KEY_PART, stage);
  }

  private static CompiledExpression compile(Expression expression, ResultType type, Stage stage)
      throws UnloadablePlanException {
    try {
      return CompiledExpression.compile(expression.source(), type, stage);
    } catch (IllegalArgumentException e) {
      throw new UnloadablePlanException(String.valueOf(e.getMessage()), e);
    }
  }
}
