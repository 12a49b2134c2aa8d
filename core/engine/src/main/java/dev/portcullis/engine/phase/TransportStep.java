// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.TransportSpec;
import java.util.List;

/**
 * Refuses requests over connections without a workload identity on a route that is {@code Strict}.
 * Envoy's listener refuses such connections first; this holds where a listener does not know of the
 * policy yet, or is not the one it should be. A gateway's clients are outside of what {@code
 * Strict} speaks of, the connections between workloads: theirs ends at the gateway.
 */
public final class TransportStep implements PhaseStep {
  private static final List<Variable> INPUTS = List.of(Variable.SOURCE_PRINCIPAL);
  private final TransportSpec spec;
  private final RuleRef by;

  /** Compiles the section. */
  public TransportStep(TransportSpec spec) {
    this.spec = spec;
    this.by = new RuleRef(Phase.HYGIENE, spec.source(), "transport");
  }

  @Override
  public Phase phase() {
    return Phase.HYGIENE;
  }

  @Override
  public String section() {
    return "transport";
  }

  @Override
  public PolicyRef source() {
    return spec.source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    evaluation.reads(INPUTS);
    Peer peer = evaluation.request().peer();
    if (spec.mtls() != MtlsMode.STRICT
        || peer.principal() != null
        || peer.hop() == Hop.AT_GATEWAY) {
      return Verdict.NOT_APPLICABLE;
    }
    return switch (spec.mode()) {
      case ENFORCE -> Verdict.deny(by, DenyReason.MTLS_REQUIRED);
      case SHADOW -> {
        evaluation.shadow(by, DenyReason.MTLS_REQUIRED);
        yield Verdict.NOT_APPLICABLE;
      }
    };
  }
}
