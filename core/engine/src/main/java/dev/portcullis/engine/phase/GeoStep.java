// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.GeoSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;

/**
 * From which countries clients may call. Whose country is not known is not allowed where countries
 * are named that are, and not denied where countries are named that are not. Without a database
 * nothing can be told, and everybody is refused.
 */
public final class GeoStep implements PhaseStep {
  private final GeoSpec spec;
  private final GeoSource geo;
  private final RuleRef by;

  /** Compiles the section. */
  public GeoStep(GeoSpec spec, GeoSource geo) {
    this.spec = spec;
    this.geo = geo;
    this.by = new RuleRef(Phase.HYGIENE, spec.source(), "geo");
  }

  @Override
  public Phase phase() {
    return Phase.HYGIENE;
  }

  @Override
  public String section() {
    return "geo";
  }

  @Override
  public PolicyRef source() {
    return spec.source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    evaluation.reads(Variable.SOURCE_COUNTRY);
    String country = geo.country(evaluation.client());
    if (country != null && accepts(country)) {
      return Verdict.NOT_APPLICABLE;
    }
    DenyReason reason = country == null ? DenyReason.UNAVAILABLE : DenyReason.COUNTRY_DENIED;
    if (spec.mode() == Mode.SHADOW) {
      evaluation.shadow(by, reason);
      return Verdict.NOT_APPLICABLE;
    }
    return country == null
        ? new Verdict.Unavailable(by, "there is no database of countries")
        : Verdict.deny(by, reason);
  }

  private boolean accepts(String country) {
    return !spec.denyCountries().contains(country)
        && (spec.allowCountries().isEmpty() || spec.allowCountries().contains(country));
  }
}
