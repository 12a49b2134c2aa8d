// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.Position;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Diagnostic ERROR = found(DiagnosticCode.WRONG_TYPE);
  private static final Diagnostic WARNING = found(DiagnosticCode.SELECTOR_EMPTY);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Report report =
      new Report(new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), false));

  @Test
  void saysErrorsEachTimeAndWarningsOnce() {
    assertThat(said(WARNING)).isEqualTo("a.yaml: warning[PC5005]: wrong; fix: mend it\n");
    assertThat(said(ERROR, WARNING)).isEqualTo("a.yaml: error[PC1010]: wrong; fix: mend it\n");
    assertThat(said(ERROR)).contains("PC1010");
    assertThat(said(WARNING)).isEmpty();
  }

  @Test
  void saysAWarningAgainThatCameBack() {
    assertThat(said(WARNING)).isNotEmpty();
    assertThat(said()).isEmpty();
    assertThat(said(WARNING)).isNotEmpty();
  }

  private String said(Diagnostic... diagnostics) {
    bytes.reset();
    report.say(List.of(diagnostics));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Diagnostic found(DiagnosticCode code) {
    return new Diagnostic(
        code, code.severity(), new Position.WholeFile("a.yaml"), null, "wrong", "mend it");
  }
}
