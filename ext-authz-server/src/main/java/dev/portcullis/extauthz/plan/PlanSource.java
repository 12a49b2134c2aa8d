// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.extauthz.stream.OperatorAddress;
import java.nio.file.Path;
import java.time.Duration;

/** Where the plan comes from. */
public sealed interface PlanSource {

  /** Files that somebody else replaces. */
  record Directory(Path directory) implements PlanSource {}

  /**
   * The operator's stream.
   *
   * @param stateDirectory where the last good plan is kept
   * @param nodeId under which the operator knows this replica
   * @param patience how long, at the start, the operator may be silent before the last good plan
   *     counts as current
   */
  record Operator(OperatorAddress address, Path stateDirectory, String nodeId, Duration patience)
      implements PlanSource {}
}
