// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.types.CelTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/expressions.md} lists every variable with its type. */
class ExpressionsReferenceTest {
  private static final Path PAGE =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")),
          "docs/reference/expressions.md");

  @Test
  void thePageListsEveryVariable() throws IOException {
    List<String> wanted =
        Arrays.stream(Variable.values())
            .map(variable ->
                "| `%s` | `%s` |".formatted(variable.celName(), CelTypes.format(variable.type())))
            .toList();
    List<String> rows =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.matches("\\| `\\w+\\.\\w+` \\| `.*"))
            .map(line -> line.substring(0, line.indexOf("` |", line.indexOf("` | `") + 5) + 3))
            .toList();
    assertThat(rows).isEqualTo(wanted);
  }

  @Test
  void thePageListsEveryFunctionThatTakesALiteral() throws IOException {
    String page = Files.readString(PAGE);
    for (LiteralFunction function : LiteralFunction.values()) {
      assertThat(page).contains(function.celName() + "(");
    }
    assertThat(page).contains("nesting of " + CelEnvironment.MAX_DEPTH);
  }
}
