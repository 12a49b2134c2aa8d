// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.policytest;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.suite.CaseResult;
import dev.portcullis.suite.Suite;
import java.time.Duration;
import java.util.List;

/**
 * What one suite showed.
 *
 * @param diagnostics of its policies, sorted; an error fails the suite, since the cluster would
 *     refuse the policy
 * @param results in the order of the cases
 * @param took to compile and to run
 */
public record SuiteReport(
    Suite suite, List<Diagnostic> diagnostics, List<CaseResult> results, Duration took) {

  public SuiteReport {
    diagnostics = List.copyOf(diagnostics);
    results = List.copyOf(results);
  }

  /** The errors of its policies. */
  public List<Diagnostic> errors() {
    return diagnostics.stream().filter(Diagnostic::isError).toList();
  }

  /** Cases that do not hold. */
  public List<CaseResult> failed() {
    return results.stream().filter(result -> !result.holds()).toList();
  }

  /** Whether every case holds and no policy has an error. */
  public boolean holds() {
    return errors().isEmpty() && failed().isEmpty();
  }

  /** Where a case stands: {@code file:line}. */
  String place(CaseResult result) {
    return suite.file() + ":" + result.testCase().line();
  }
}
