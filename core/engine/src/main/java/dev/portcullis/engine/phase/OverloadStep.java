// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.overload.OverloadControl.Admission;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    return "overload";
  }

  @Override
  public PolicyRef source() {
    return control.spec().source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    Identity identity = evaluation.identity();
    evaluation.reads(Variable.AUTH_PLAN);
    int priority = control.priority(identity == null ? null : identity.plan());
    Admission admission = control.admit(priority, evaluation.now());
    boolean gives = admission == Admission.GIVE_WAY;
    Trace trace = evaluation.trace();
    if (trace != null) {
      trace.look(by, shadow, gives ? Found.GIVES_WAY : Found.GRANTED, null);
    }
    if (admission == Admission.PASS_AND_TELL) {
      evaluation.load(new LoadMark(priority, voice(evaluation, identity)));
    }
    if (!gives) {
      return Verdict.NOT_APPLICABLE;
    }
    if (shadow) {
      evaluation.shadow(by, DenyReason.OVERLOADED);
      return Verdict.NOT_APPLICABLE;
    }
    // Not all at the same moment: by whose they are, a period later or two.
    long wait = seconds + voice(evaluation, identity) % (seconds + 1);
    return new Verdict.Deny(
        new Refusal(DenyReason.OVERLOADED, by, DenyReason.OVERLOADED.title(), ""),
        List.of(new HeaderField(LimitReport.RETRY_AFTER, Long.toString(wait))));
  }

  /** As limits tell clients apart: by client, else subject, else address. */
  private static int voice(Evaluation evaluation, @Nullable Identity identity) {
    evaluation.reads(Variable.AUTH_CLIENT);
    evaluation.reads(Variable.AUTH_SUBJECT);
    evaluation.reads(Variable.SOURCE_ADDRESS);
    if (identity != null && identity.client() != null && !identity.client().isEmpty()) {
      return LoadMark.voice(identity.client().hashCode());
    }
    if (identity != null && !identity.subject().isEmpty()) {
      return LoadMark.voice(identity.subject().hashCode());
    }
    IpAddress site = CounterKey.site(evaluation.client());
    return LoadMark.voice(site.high() * 31 + site.low());
  }
}
