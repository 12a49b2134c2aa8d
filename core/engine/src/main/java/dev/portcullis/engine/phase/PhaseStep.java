// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import org.jspecify.annotations.Nullable;

/** One step of a route's decisions, compiled. Thread-safe. */
public interface PhaseStep {

  /** Where it stands in the order of steps. */
  Phase phase();

  /** The section of a policy that it is made of, for people: {@code authentication}. */
  String section();

  /** The policy that the section comes from; null: the engine, or several. */
  @Nullable PolicyRef source();

  /** Says what the step says; an exception counts as {@link Verdict.Unavailable}. */
  Verdict decide(Evaluation evaluation);

  /**
   * Says what the step says when it did not get what it waited for: that nobody can tell. A section
   * in shadow mode notes it and refuses nothing; limits are counted without the answer.
   *
   * @param cause for operators; quotes no value of the request
   */
  default Verdict overdue(Evaluation evaluation, String cause) {
    return new Verdict.Unavailable(new RuleRef(phase(), null, null), cause);
  }

  /**
   * Whether it may be run before it is known whether the step before it lets the request pass: it
   * reads what others found, and charges nothing.
   */
  default boolean runsAhead() {
    return false;
  }

  /**
   * Adds what it would ask to a question that is about to be asked by an earlier step, if it knows
   * how; every step in between lets the request pass.
   *
   * @param earlier takes more
   * @return whether it did; if not, it asks for itself when the request comes to it
   */
  default boolean join(Inquiry earlier, Evaluation evaluation) {
    return false;
  }

  /** Nobody waits for the request that waits here: ends what was charged for it until its end. */
  default void abandon(Evaluation evaluation) {}
}
