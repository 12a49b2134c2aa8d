// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.Position;
import java.util.List;
import java.util.stream.Collectors;

/** Diagnostics as a condition's message: code, place, what is wrong, how to mend it. */
final class DiagnosticMessage {
  private static final int MAX_DIAGNOSTICS = 16;
  private static final int MAX_LENGTH = 8 * 1024;

  private DiagnosticMessage() {}

  static String of(List<Diagnostic> diagnostics) {
    String text =
        diagnostics.stream()
            .limit(MAX_DIAGNOSTICS)
            .map(DiagnosticMessage::of)
            .collect(Collectors.joining("; "));
    int more = diagnostics.size() - MAX_DIAGNOSTICS;
    String bounded = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    return more > 0 ? bounded + "; and " + more + " more" : bounded;
  }

  private static String of(Diagnostic diagnostic) {
    return diagnostic.code().id()
        + " at "
        + place(diagnostic.position())
        + ": "
        + diagnostic.message()
        + " (fix: "
        + diagnostic.fix()
        + ")";
  }

  private static String place(Position position) {
    return switch (position) {
      case Position.InResource(String _, var path) -> path.toString();
      case Position.WholeFile _, Position.InFile _ -> position.toString();
    };
  }
}
