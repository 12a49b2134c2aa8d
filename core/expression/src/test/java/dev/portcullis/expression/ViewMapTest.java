// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewMapTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.headers[\"a\"] == \"1\"",
        "request.headers.a == \"1\"",
        "\"a\" in request.headers",
        "has(request.headers.a)"
      })
  void isNotWalkedToReadOneEntry(String source) throws EvaluationException {
    CompiledExpression expression =
        CompiledExpression.compile(source, ResultType.BOOL, Stage.IDENTIFIED);

    assertThat(expression.test(_ -> new NotWalked())).isTrue();
  }

  private record NotWalked() implements NamedValues {
    @Override
    public int count(String name) {
      return 1;
    }

    @Override
    public @Nullable String first(String name) {
      return "1";
    }

    @Override
    public List<String> all(String name) {
      return List.of("1");
    }

    @Override
    public Set<String> names() {
      throw new AssertionError("walked");
    }
  }
}
