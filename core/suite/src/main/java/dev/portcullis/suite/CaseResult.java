// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a case showed.
 *
 * @param observation of the last repetition; null when it could not be asked
 * @param differences empty when the case holds
 */
public record CaseResult(
    Case testCase, @Nullable Observation observation, List<String> differences, Duration took) {

  public CaseResult {
    differences = List.copyOf(differences);
  }

  /** Whether everything was as wanted. */
  public boolean holds() {
    return differences.isEmpty();
  }
}
