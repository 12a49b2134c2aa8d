// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.path.AmbiguousPathException;
import dev.portcullis.engine.path.PathReader;
import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses requests that cannot be read in exactly one way, on every route. */
public final class HygieneStep implements PhaseStep {
  private static final List<Variable> INPUTS =
      List.of(
          Variable.REQUEST_METHOD,
          Variable.REQUEST_PATH,
          Variable.REQUEST_HOST,
          Variable.REQUEST_HEADERS,
          Variable.REQUEST_QUERY);
  private static final int MAX_QUERY_PARAMETERS = 1000;
  private static final RuleRef ENGINE = new RuleRef(Phase.HYGIENE, null, null);

  @Override
  public Phase phase() {
    return Phase.HYGIENE;
  }

  @Override
  public String section() {
    return "protocol";
  }

  @Override
  public @Nullable PolicyRef source() {
    return null;
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    evaluation.reads(INPUTS);
    try {
      MethodRules.check(evaluation.request());
      evaluation.path(PathReader.read(evaluation.request().line().target()));
      HeaderRules.check(evaluation.request());
      if (evaluation.request().query().size() > MAX_QUERY_PARAMETERS) {
        return Verdict.deny(ENGINE, DenyReason.TOO_MANY_PARAMETERS);
      }
      return MethodRules.overridden(evaluation.request())
          ? Verdict.deny(ENGINE, DenyReason.METHOD_OVERRIDE)
          : Verdict.NOT_APPLICABLE;
    } catch (AmbiguousPathException e) {
      return Verdict.deny(ENGINE, DenyReason.AMBIGUOUS_PATH, String.valueOf(e.getMessage()));
    } catch (MalformedRequestException e) {
      return Verdict.deny(ENGINE, DenyReason.MALFORMED_REQUEST, String.valueOf(e.getMessage()));
    }
  }
}
