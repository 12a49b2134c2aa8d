// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;

/*
 * A request from the edge is decided twice (ADR 25). Only the gateway's question counts: shares of
 * both would multiply, and what gives way in the pod would be a failure of the service for who hears
 * the gateway's log, so that all plans would be at their floors before long.
 */
/** Lets some requests give way while the service is overloaded, those of the lowest plans first. */
public final class OverloadStep implements PhaseStep {
  private final OverloadControl control;
  private final RuleRef by;
  private final boolean shadow;
  private final long seconds;

  /** By what the control says. */
  public OverloadStep(OverloadControl control) {
    this.control = control;
    this.by = new RuleRef(Phase.RATES, control.spec().source(), OverloadSpec.NAME);
    this.shadow = control.spec().mode() == Mode.SHADOW;
    this.seconds = control.spec().period().toSeconds();
  }

  @Override
  public Phase phase() {
    return Phase.RATES;
  }

  @Override
  public String section() {
    return OverloadSpec.NAME;
  }

  @Override
  public PolicyRef source() {
    return control.spec().source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    if (evaluation.request().peer().hop() == Hop.BEHIND_GATEWAY) {
      return Verdict.NOT_APPLICABLE;
    }
    Identity identity = evaluation.identity();
    evaluation.reads(Variable.AUTH_PLAN);
    int priority = control.priority(identity == null ? null : identity.plan());
    boolean gives = !control.admit(priority, evaluation.now());
    Trace trace = evaluation.trace();
    if (trace != null) {
      trace.look(by, shadow, gives ? Found.GIVES_WAY : Found.GRANTED, null);
    }
    if (!gives) {
      evaluation.admitted(control, priority);
      return Verdict.NOT_APPLICABLE;
    }
    if (shadow) {
      evaluation.shadow(by, DenyReason.OVERLOADED);
      return Verdict.NOT_APPLICABLE;
    }
    // Not all at the same moment: by whose they are, a period later or two.
    evaluation.reads(Variable.AUTH_CLIENT);
    evaluation.reads(Variable.AUTH_SUBJECT);
    evaluation.reads(Variable.SOURCE_ADDRESS);
    long wait = seconds + LoadMark.number(evaluation.whose()) % (seconds + 1);
    return new Verdict.Deny(
        new Refusal(
            DenyReason.OVERLOADED, by, DenyReason.OVERLOADED.title() + Verdict.comeBack(wait), ""),
        List.of(new HeaderField(LimitReport.RETRY_AFTER, Long.toString(wait))));
  }
}
