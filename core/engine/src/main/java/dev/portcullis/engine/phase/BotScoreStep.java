// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.bot.BotScorer;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;

/**
 * Scores how automated a request looks. A scorer that fails leaves no score and a note; whatever
 * reads the score then has no value, which denies, does not allow, and applies limits.
 */
public record BotScoreStep(PolicyRef source, RequestMatcher matcher, BotScorer scorer)
    implements PhaseStep {

  @Override
  public Phase phase() {
    return Phase.BOT_SCORE;
  }

  @Override
  public String section() {
    return "bot score";
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    if (evaluation.fits(matcher)) {
      try {
        evaluation.score(scorer.score(evaluation.request(), evaluation.client()));
      } catch (RuntimeException e) {
        evaluation.note("no bot score: " + e.getClass().getName());
      }
    }
    return Verdict.NOT_APPLICABLE;
  }
}
