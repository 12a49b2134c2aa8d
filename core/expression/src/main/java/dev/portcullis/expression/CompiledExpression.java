// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.Locale;

/** An expression ready to be evaluated. Immutable and thread-safe. */
public final class CompiledExpression {
  private static final UnsignedLong LARGEST = UnsignedLong.fromLongBits(Long.MAX_VALUE);

  private final String source;
  private final Program program;

  private CompiledExpression(String source, Program program) {
    this.source = source;
    this.program = program;
  }

  /**
   * Checks and compiles.
   *
   * @throws IllegalArgumentException naming every problem, when the expression is not sound
   */
  public static CompiledExpression compile(String source, ResultType type, Stage stage) {
    CelValidationResult result = CelEnvironment.COMPILER.compile(source);
    if (ExpressionChecker.check(source, result, type, stage)
        instanceof CheckResult.Rejected rejected) {
      throw new IllegalArgumentException("expression " + source + ": " + rejected.problems());
    }
    try {
      return new CompiledExpression(source, CelEnvironment.RUNTIME.createProgram(result.getAst()));
    } catch (CelValidationException | CelEvaluationException e) {
      throw new IllegalArgumentException("expression " + source + ": " + e.getMessage(), e);
    }
  }

  /**
   * Evaluates a condition.
   *
   * @throws EvaluationException when it has no value; never treat that as false without thought
   */
  public boolean test(VariableSource variables) throws EvaluationException {
    if (evaluate(variables) instanceof Boolean value) {
      return value;
    }
    throw new EvaluationException(source + " is neither true nor false");
  }

  /**
   * Evaluates a part of a key.
   *
   * @throws EvaluationException when it has no value, or one that is no string, number or bool
   */
  public String text(VariableSource variables) throws EvaluationException {
    Object value = evaluate(variables);
    if (value instanceof String
        || value instanceof Long
        || value instanceof Boolean
        || value instanceof UnsignedLong) {
      return value.toString();
    }
    throw new EvaluationException(source + " is no string, number or bool");
  }

  /**
   * Evaluates a number.
   *
   * @return one beyond the range of a long is its end
   * @throws EvaluationException when it has no value
   */
  public long number(VariableSource variables) throws EvaluationException {
    return switch (evaluate(variables)) {
      case Long value -> value;
      case UnsignedLong value -> value.compareTo(LARGEST) > 0 ? Long.MAX_VALUE : value.longValue();
      default -> throw new EvaluationException(source + " is no whole number");
    };
  }

  private Object evaluate(VariableSource variables) throws EvaluationException {
    try {
      return program.eval(new Resolver(variables));
    } catch (CelEvaluationException e) {
      throw new EvaluationException(source + ": " + reason(e));
    } catch (StackOverflowError _) {
      throw new EvaluationException(source + ": nested too deeply");
    }
  }

  /** CEL's own messages quote arguments, which may be credentials: only our words are passed on. */
  private static String reason(CelEvaluationException failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof UnreadableVariableException) {
        return String.valueOf(t.getMessage());
      }
    }
    return failure.getErrorCode().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The text as the user wrote it. */
  public String source() {
    return source;
  }

  @Override
  public String toString() {
    return source;
  }
}
