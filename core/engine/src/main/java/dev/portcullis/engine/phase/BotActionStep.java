// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.Comparator;
import java.util.List;

/**
 * Acts on the score: of the thresholds that it reaches, the highest that is enforced, unless the
 * caller's method is exempt. Thresholds in shadow mode only record.
 */
public final class BotActionStep implements PhaseStep {
  /** Tells upstream the score of requests that reach a threshold; clients cannot set it. */
  public static final String SCORE_HEADER = "x-portcullis-bot-score";

  private final BotSpec spec;
  private final List<BotSpec.Threshold> highestFirst;

  /** Compiles the section. */
  public BotActionStep(BotSpec spec) {
    this.spec = spec;
    this.highestFirst =
        spec.thresholds().stream()
            .sorted(Comparator.comparingInt(BotSpec.Threshold::score).reversed())
            .toList();
  }

  @Override
  public Phase phase() {
    return Phase.BOT_ACTION;
  }

  @Override
  public String section() {
    return "bot thresholds";
  }

  @Override
  public PolicyRef source() {
    return spec.source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    BotScore score = evaluation.score();
    Identity identity = evaluation.identity();
    if (score == null || (identity != null && spec.exempt().contains(identity.method()))) {
      return Verdict.NOT_APPLICABLE;
    }
    for (BotSpec.Threshold threshold : highestFirst) {
      boolean shadow = spec.mode() == Mode.SHADOW || threshold.mode() == Mode.SHADOW;
      boolean reached = score.value() >= threshold.score();
      if (evaluation.trace() != null) {
        note(evaluation.trace(), threshold, shadow, reached);
      }
      if (!reached) {
        continue;
      }
      if (shadow) {
        evaluation.shadow(
            by(threshold), threshold.action() == BotSpec.Action.DENY ? DenyReason.BOT : null);
        if (threshold.mode() == Mode.SHADOW) {
          continue;
        }
        return Verdict.NOT_APPLICABLE;
      }
      return switch (threshold.action()) {
        case DENY -> Verdict.deny(by(threshold), DenyReason.BOT);
        case TAG -> {
          evaluation.upstream(new HeaderField(SCORE_HEADER, Integer.toString(score.value())));
          yield Verdict.NOT_APPLICABLE;
        }
      };
    }
    return Verdict.NOT_APPLICABLE;
  }

  private void note(Trace trace, BotSpec.Threshold threshold, boolean shadow, boolean reached) {
    trace.read(Variable.BOT_SCORE);
    trace.look(by(threshold), shadow, reached ? Found.APPLIES : Found.NOT_REACHED, null);
  }

  private RuleRef by(BotSpec.Threshold threshold) {
    return new RuleRef(Phase.BOT_ACTION, spec.source(), "score " + threshold.score());
  }
}
