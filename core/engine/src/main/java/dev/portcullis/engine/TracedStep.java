// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Said;
import dev.portcullis.engine.phase.Evaluation;
import dev.portcullis.engine.phase.PhaseStep;
import dev.portcullis.engine.phase.Verdict;
import dev.portcullis.policy.decision.DenyReason;
import org.jspecify.annotations.Nullable;

/** Runs steps and notes what they said and how long they took. */
final class TracedStep {
  private TracedStep() {}

  static Verdict run(Trace trace, PhaseStep step, Evaluation evaluation) {
    long start = System.nanoTime();
    Verdict verdict = Pipeline.run(step, evaluation);
    return noted(trace, step, verdict, System.nanoTime() - start);
  }

  private static Verdict noted(Trace trace, PhaseStep step, Verdict verdict, long nanos) {
    switch (verdict) {
      case Verdict.Allow(RuleRef by) -> end(trace, step, Said.ALLOW, by, null, nanos);
      case Verdict.NotApplicable _ -> end(trace, step, Said.PASS, null, null, nanos);
      case Verdict.Waits _, Verdict.Asks _ -> end(trace, step, Said.WAIT, null, null, nanos);
      case Verdict.Deny deny ->
          end(trace, step, Said.DENY, deny.refusal().by(), deny.refusal().reason(), nanos);
      case Verdict.Unavailable(RuleRef by, String _) ->
          end(trace, step, Said.UNAVAILABLE, by, DenyReason.UNAVAILABLE, nanos);
    }
    return verdict;
  }

  /** Runs what a step says when it did not get what it waited for. */
  static Verdict overdue(Trace trace, PhaseStep step, Evaluation evaluation, String cause) {
    long start = System.nanoTime();
    return noted(trace, step, Pipeline.overdue(step, evaluation, cause), System.nanoTime() - start);
  }

  static void notReached(Trace trace, PhaseStep step) {
    end(trace, step, Said.NOT_REACHED, null, null, 0);
  }

  private static void end(
      Trace trace,
      PhaseStep step,
      Said said,
      @Nullable RuleRef by,
      @Nullable DenyReason reason,
      long nanos) {
    trace.end(step.phase(), step.section(), step.source(), said, by, reason, nanos);
  }
}
