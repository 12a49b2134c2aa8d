// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticTextTest {
  private static final PolicyRef POLICY = new PolicyRef("ApiPolicy", "shop", "orders");

  @Test
  void writesTwoLinesForPeople() {
    Diagnostic diagnostic = at(new Position.InFile("a.yaml", 4, 11));

    assertThat(DiagnosticText.plain(List.of(diagnostic)))
        .isEqualTo("a.yaml:4:11: error[PC2004]: name is wrong\n  fix: mend it\n");
  }

  @Test
  void writesOneLineWithTheFix() {
    assertThat(DiagnosticText.line(at(new Position.InFile("a.yaml", 4, 11))))
        .isEqualTo("a.yaml:4:11: error[PC2004]: name is wrong; fix: mend it");
  }

  @Test
  void writesObjectsForMachines() {
    FieldPath path = FieldPath.SPEC.field("limits").at(2).field("a.b");

    assertThat(
            DiagnosticText.json(
                    List.of(
                        at(new Position.InFile("a.yaml", 4, 11)),
                        at(new Position.WholeFile("b.yaml")),
                        at(new Position.InResource("ApiPolicy shop/orders", path))))
                .toPrettyString())
        .contains("\"code\" : \"PC2004\"")
        .contains("\"line\" : 4")
        .contains("\"file\" : \"b.yaml\"")
        .contains("\"path\" : \"$.spec.limits[2]['a.b']\"")
        .contains("\"fix\" : \"mend it\"");
  }

  @Test
  void quotesWhatATerminalWouldObey() {
    assertThat(Quote.of("a\u001b[31mb\u202ec")).isEqualTo("\"a\\u001b[31mb\\u202ec\"");
    assertThat(Quote.of("x".repeat(200))).hasSize(83).endsWith("…\"");
  }

  @Test
  void findsTheWordThatWasMeant() {
    List<String> words = List.of("authentication", "authorization", "audit");

    assertThat(DidYouMean.fix("autorization", words)).isEqualTo("did you mean authorization?");
    assertThat(DidYouMean.fix("AUDTI", words)).isEqualTo("did you mean audit?");
    assertThat(DidYouMean.fix("x", words))
        .isEqualTo("write one of: audit, authentication, authorization");
  }

  private static Diagnostic at(Position position) {
    return new Diagnostic(
        DiagnosticCode.BAD_FORMAT, Severity.ERROR, position, POLICY, "name is wrong", "mend it");
  }
}
