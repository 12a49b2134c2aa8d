// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.expression.CompiledExpression;
import dev.portcullis.expression.EvaluationException;
import dev.portcullis.expression.Stage;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.plan.Expression;
import java.util.ArrayList;
import java.util.List;

/*
 * A key must never fail to name a counter, or the limit would not count. So a key whose expressions
 * have no value, or are empty in every part (a key of auth.client for a caller who has none), falls
 * back to the default: client, else subject within its issuer, else address.
 */
/** Whose counter a request is charged to. */
final class LimitKey {
  private final String limit;
  private final List<Part> parts = new ArrayList<>();

  /** One part of a key. */
  private sealed interface Part {
    /** The client's address, an IPv6 one by its /64. */
    record Address() implements Part {}

    /** Whatever an expression yields. */
    record Computed(CompiledExpression expression) implements Part {}
  }

  LimitKey(String limit, List<Expression> expressions, Stage stage) throws UnloadablePlanException {
    this.limit = limit;
    for (Expression expression : expressions) {
      parts.add(
          CounterKey.isAddress(expression)
              ? new Part.Address()
              : new Part.Computed(Expressions.keyPart(expression, stage)));
    }
  }

  /** The counter of the request. */
  CounterKey of(Evaluation evaluation) {
    if (parts.isEmpty()) {
      return byDefault(evaluation);
    }
    if (parts.size() == 1 && parts.getFirst() instanceof Part.Address) {
      evaluation.reads(Variable.SOURCE_ADDRESS);
      return CounterKey.address(limit, evaluation.client());
    }
    try {
      return computed(evaluation);
    } catch (EvaluationException e) {
      evaluation.note("key of limit " + limit + ": " + e.getMessage());
      return byDefault(evaluation);
    }
  }

  private CounterKey computed(Evaluation evaluation) throws EvaluationException {
    if (parts.size() == 1) {
      String text = text(parts.getFirst(), evaluation);
      return text.isEmpty() ? byDefault(evaluation) : CounterKey.computed(limit, List.of(text));
    }
    List<String> texts = new ArrayList<>(parts.size());
    boolean empty = true;
    for (Part part : parts) {
      String text = text(part, evaluation);
      empty &= text.isEmpty();
      texts.add(text);
    }
    return empty ? byDefault(evaluation) : CounterKey.computed(limit, texts);
  }

  private static String text(Part part, Evaluation evaluation) throws EvaluationException {
    return switch (part) {
      case Part.Address _ -> {
        evaluation.reads(Variable.SOURCE_ADDRESS);
        yield CounterKey.site(evaluation.client()).toString();
      }
      case Part.Computed(CompiledExpression expression) -> expression.text(evaluation);
    };
  }

  private CounterKey byDefault(Evaluation evaluation) {
    evaluation.reads(Variable.AUTH_CLIENT);
    evaluation.reads(Variable.AUTH_SUBJECT);
    evaluation.reads(Variable.SOURCE_ADDRESS);
    Identity identity = evaluation.identity();
    if (identity != null && identity.client() != null && !identity.client().isEmpty()) {
      return CounterKey.client(limit, identity.client());
    }
    if (identity != null && !identity.subject().isEmpty()) {
      return CounterKey.subject(limit, identity.issuer(), identity.subject());
    }
    return CounterKey.address(limit, evaluation.client());
  }
}
