// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one resource while it is checked. Not thread-safe. */
public final class Findings {
  /** More about one resource would help nobody. */
  private static final int MAX = 100;

  private final List<Finding> found = new ArrayList<>();

  /** Records a finding; after the hundredth they are dropped. */
  public void add(Finding finding) {
    if (found.size() < MAX) {
      found.add(finding);
    }
  }

  /** Records a finding about a whole value. */
  public void add(DiagnosticCode code, FieldPath path, String message, String fix) {
    add(Finding.of(code, path, message, fix));
  }

  /** In the order in which they were found. */
  public List<Finding> list() {
    return List.copyOf(found);
  }

  /** Whether one of them keeps its resource from being accepted. */
  public boolean hasError() {
    return found.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }
}
