// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.Finding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of a policy by looking at nothing else.
 *
 * @param targets what it claims, as far as that could be read
 * @param content null exactly when there is an error among the findings
 */
public record CheckedPolicy(
    List<Target> targets, List<Finding> findings, @Nullable Content content) {

  public CheckedPolicy {
    targets = List.copyOf(targets);
    findings = List.copyOf(findings);
  }
}
