// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What checking an expression found. */
public sealed interface CheckResult {

  /**
   * The expression is sound.
   *
   * @param reads every variable that it may read, in the order of their declaration
   */
  record Checked(String source, Set<Variable> reads) implements CheckResult {
    public Checked {
      reads =
          Collections.unmodifiableSet(
              reads.isEmpty() ? EnumSet.noneOf(Variable.class) : EnumSet.copyOf(reads));
    }

    /** Whether it reads {@code auth} or {@code bot}. */
    public boolean needsIdentity() {
      return reads.stream().anyMatch(Variable::needsIdentity);
    }
  }

  /** The expression cannot be used. At least one problem, by rising offset. */
  record Rejected(List<ExpressionProblem> problems) implements CheckResult {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }
}
