// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/diagnostics.md} is written from the codes; this keeps it so. */
class DiagnosticsReferenceTest {
  private static final String HEAD =
      """
      # Diagnostics

      <!-- Written from DiagnosticCode by DiagnosticsReferenceTest: mvn -Dgolden.update=true rewrites it. -->

      What `portcullis validate`, `portcullis gateway` and the status of policies may say. A line reads
      `file:line:column: severity[CODE]: message`; for resources of a cluster the place is a JSONPath. Codes are
      stable: scripts may rely on them.

      An error keeps its policy from being accepted. The policy then keeps serving what was accepted last, and when
      nothing ever was, its routes are closed. A warning or a note changes nothing.

      | Code | Name | Severity | What it means | How to mend it |
      |---|---|---|---|---|
      """;

  @Test
  void referenceIsCurrent() throws IOException {
    Path file =
        Path.of(
            Objects.requireNonNull(System.getProperty("portcullis.home")),
            "docs/reference/diagnostics.md");
    StringBuilder expected = new StringBuilder(HEAD);
    for (DiagnosticCode code : DiagnosticCode.values()) {
      expected.append(
          "| %s | `%s` | %s | %s | %s |\n"
              .formatted(
                  code.id(),
                  code.name(),
                  code.severity(),
                  code.meaning().replace("|", "\\|"),
                  code.fix().replace("|", "\\|")));
    }
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, expected);
    }
    assertThat(file).hasContent(expected.toString());
  }

  @Test
  void codesAreUniqueAndRising() {
    assertThat(Arrays.stream(DiagnosticCode.values()).map(DiagnosticCode::id))
        .doesNotHaveDuplicates()
        .isSorted();
  }
}
