// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Says what is wrong with the policies: errors each time, warnings and notes once. */
final class Report {
  private final Terminal terminal;
  private final Set<Diagnostic> said = new HashSet<>();

  Report(Terminal terminal) {
    this.terminal = terminal;
  }

  void say(List<Diagnostic> diagnostics) {
    diagnostics.stream()
        .filter(diagnostic -> diagnostic.isError() || !said.contains(diagnostic))
        .map(DiagnosticText::line)
        .forEach(terminal::say);
    if (diagnostics.stream().noneMatch(Diagnostic::isError)) {
      // While something is broken, what is not said may be true still.
      said.clear();
    }
    said.addAll(diagnostics);
  }
}
