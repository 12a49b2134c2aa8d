// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.policy.decision.Phase;

/** One step of a route's decisions, compiled. Thread-safe. */
public interface PhaseStep {

  /** Where it stands in the order of steps. */
  Phase phase();

  /** Says what the step says; an exception counts as {@link Verdict.Unavailable}. */
  Verdict decide(Evaluation evaluation);
}
