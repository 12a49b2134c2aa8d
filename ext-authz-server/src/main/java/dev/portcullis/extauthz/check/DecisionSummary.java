// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.extauthz.ending.Loads;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.wire.ReverseWriter;
import dev.portcullis.policy.plan.PolicyRef;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import org.jspecify.annotations.Nullable;

/**
 * What Envoy's access logs and later filters may learn of a decision, as dynamic metadata in the
 * namespace {@code envoy.filters.http.ext_authz}: {@code decision_id}, {@code route}, {@code
 * outcome}, {@code reason}, {@code phase}, {@code policy}, {@code rule}, {@code bot_score}, {@code
 * delay_ms}, {@code reservations}, {@code load}. No secrets, nothing of the client's.
 */
final class DecisionSummary {
  // An entry of a map is a message of two fields.
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private DecisionSummary() {}

  static void write(ReverseWriter out, Decision decision, Tickets tickets) {
    int summary = out.mark();
    if (decision.delay() != null) {
      number(out, "delay_ms", (double) decision.delay().millis());
    }
    if (decision.bot() != null) {
      number(out, "bot_score", decision.bot().value());
    }
    if (!decision.reservations().isEmpty()) {
      text(out, Tickets.FIELD, tickets.write(decision.reservations()));
    }
    text(out, Loads.FIELD, decision.load() == null ? null : Loads.write(decision.load()));
    text(out, "rule", decision.by().rule());
    PolicyRef policy = decision.by().policy();
    text(out, "policy", policy == null ? null : policy.toString());
    text(out, "phase", decision.by().phase().name());
    Refusal refusal = decision.refusal();
    text(out, "reason", refusal == null ? null : refusal.reason().name());
    text(out, "outcome", decision.allowed() ? "allow" : "deny");
    text(out, "route", decision.route());
    text(out, "decision_id", decision.id());
    out.message(CheckResponse.DYNAMIC_METADATA_FIELD_NUMBER, summary);
  }

  private static void number(ReverseWriter out, String name, double number) {
    int entry = out.mark();
    out.real(Value.NUMBER_VALUE_FIELD_NUMBER, number);
    entry(out, name, entry);
  }

  private static void text(ReverseWriter out, String name, @Nullable String text) {
    if (text != null) {
      int entry = out.mark();
      out.string(Value.STRING_VALUE_FIELD_NUMBER, text);
      entry(out, name, entry);
    }
  }

  private static void entry(ReverseWriter out, String name, int entry) {
    out.message(VALUE, entry);
    out.string(KEY, name);
    out.message(Struct.FIELDS_FIELD_NUMBER, entry);
  }
}
