// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.crds.v1alpha1.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Makes conditions of findings; a condition whose status stays keeps the time of its transition.
 */
final class Conditions {

  private Conditions() {}

  static List<Condition> of(
      List<Finding> findings, List<Condition> before, long generation, Instant now) {
    return findings.stream().map(finding -> of(finding, before, generation, now)).toList();
  }

  private static Condition of(
      Finding finding, List<Condition> before, long generation, Instant now) {
    String since =
        before.stream()
            .filter(old -> old.type().equals(finding.type()) && old.status() == finding.status())
            .map(Condition::lastTransitionTime)
            .findFirst()
            .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
    return new Condition(
        finding.type(), finding.status(), finding.reason(), finding.message(), since, generation);
  }
}
