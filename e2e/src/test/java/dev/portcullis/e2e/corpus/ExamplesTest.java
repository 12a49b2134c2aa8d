// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.through.SuitePolicies;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.parts.ScratchDirectory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every example says what must become of which request, and compiles without a remark. */
final class ExamplesTest {

  @Test
  void everyExampleHasASuite() throws IOException {
    assertThat(CorpusFiles.examples())
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.resolve("requests.yaml")).exists());
  }

  @Test
  void noExampleHasAnythingThatTheCompilerRemarksOn() throws IOException {
    try (ScratchDirectory scratch = ScratchDirectory.create("portcullis-examples-")) {
      assertThat(CorpusFiles.suites())
          .filteredOn(suite -> suite.startsWith(CorpusFiles.EXAMPLES))
          .allSatisfy(
              suite -> assertThat(diagnostics(CorpusFiles.prepare(suite, scratch))).isEmpty());
    }
  }

  /** Examples are for one decision service, so that nobody needs a store to try them. */
  private static List<Diagnostic> diagnostics(CorpusFiles corpus) {
    return SuitePolicies.compile(corpus.suite(), corpus.fixtures()).diagnostics().stream()
        .filter(found -> found.code() != DiagnosticCode.QUOTA_OF_EACH)
        .toList();
  }
}
