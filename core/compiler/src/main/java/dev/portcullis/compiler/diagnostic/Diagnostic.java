// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import dev.portcullis.policy.plan.PolicyRef;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong, where, and how to mend it.
 *
 * @param policy the resource that it is about (also an {@code ApiKey}); null: none could be read
 * @param message one sentence without a full stop; control characters in it are escaped, since it
 *     may quote what a user wrote
 * @param fix one sentence without a full stop; the same
 */
public record Diagnostic(
    DiagnosticCode code,
    Severity severity,
    Position position,
    @Nullable PolicyRef policy,
    String message,
    String fix)
    implements Comparable<Diagnostic> {
  private static final Comparator<Diagnostic> ORDER =
      Comparator.comparing(Diagnostic::position)
          .thenComparing(Diagnostic::code)
          .thenComparing(Diagnostic::message);

  public Diagnostic {
    message = Quote.escaped(message);
    fix = Quote.escaped(fix);
  }

  /** Whether it keeps its resource from being accepted. */
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  @Override
  public int compareTo(Diagnostic other) {
    return ORDER.compare(this, other);
  }

  /** One line: {@code orders.yaml:4:11: error[PC2002]: message}. */
  @Override
  public String toString() {
    return position + ": " + severity + "[" + code.id() + "]: " + message;
  }
}
