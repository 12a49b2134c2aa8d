// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.policy.plan.PolicyRef;

/**
 * What Envoy's access logs and later filters may learn of a decision, as dynamic metadata in the
 * namespace {@code envoy.filters.http.ext_authz}: {@code decision_id}, {@code route}, {@code
 * outcome}, {@code reason}, {@code phase}, {@code policy}, {@code rule}, {@code bot_score}. No
 * secrets, nothing of the client's.
 */
final class DecisionSummary {
  private static final Value ALLOW = text("allow");
  private static final Value DENY = text("deny");

  private DecisionSummary() {}

  static Struct of(Decision decision) {
    Struct.Builder summary = Struct.newBuilder();
    summary.putFields("decision_id", text(decision.id()));
    summary.putFields("route", text(decision.route()));
    summary.putFields("outcome", decision.allowed() ? ALLOW : DENY);
    summary.putFields("phase", text(decision.by().phase().name()));
    Refusal refusal = decision.refusal();
    if (refusal != null) {
      summary.putFields("reason", text(refusal.reason().name()));
    }
    PolicyRef policy = decision.by().policy();
    if (policy != null) {
      summary.putFields("policy", text(policy.toString()));
    }
    String rule = decision.by().rule();
    if (rule != null) {
      summary.putFields("rule", text(rule));
    }
    if (decision.bot() != null) {
      summary.putFields(
          "bot_score", Value.newBuilder().setNumberValue(decision.bot().value()).build());
    }
    return summary.build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
