// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.engine.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotSignal;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.decision.Trace;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes decision records as lines of JSON. The fields are described in {@code
 * docs/reference/decision-log.md} and do not change their meaning; absent ones are left out.
 */
public final class DecisionJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private DecisionJson() {}

  /** Writes one line; the stream stays open. */
  public static void write(DecisionRecord record, OutputStream out) throws IOException {
    write(record, out, null);
  }

  /** Writes the line with what the decision went through; the stream stays open. */
  public static void writeExplained(DecisionRecord record, OutputStream out) throws IOException {
    write(record, out, record.decision().trace());
  }

  private static void write(DecisionRecord record, OutputStream out, @Nullable Trace trace)
      throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
      json.writeStartObject();
      decision(json, record);
      request(json, record);
      identity(json, record.decision().identity());
      bot(json, record.decision().bot());
      shadow(json, record.decision().shadow());
      notes(json, record.decision().notes());
      json.writeNumberField("durationMicros", record.nanos() / 1000);
      if (trace != null) {
        TraceJson.write(trace, json);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void decision(JsonGenerator json, DecisionRecord record) throws IOException {
    Decision decision = record.decision();
    Refusal refusal = decision.refusal();
    json.writeStringField("time", record.time().toString());
    json.writeStringField("decisionId", decision.id());
    json.writeStringField("requestId", record.requestId());
    json.writeStringField("route", decision.route());
    json.writeStringField("outcome", decision.allowed() ? "allow" : "deny");
    by(json, decision.by());
    delay(json, decision.delay());
    quotas(json, decision.quotaMarks());
    if (refusal != null) {
      json.writeStringField("reason", refusal.reason().name());
      json.writeNumberField("status", refusal.reason().httpStatus());
      json.writeStringField("detail", refusal.detail());
      optional(json, "cause", refusal.cause().isEmpty() ? null : refusal.cause());
    }
  }

  private static void delay(JsonGenerator json, @Nullable Delay delay) throws IOException {
    if (delay != null) {
      json.writeObjectFieldStart("delay");
      by(json, delay.by());
      json.writeNumberField("millis", delay.millis());
      json.writeEndObject();
    }
  }

  private static void quotas(JsonGenerator json, List<QuotaMark> marks) throws IOException {
    if (!marks.isEmpty()) {
      json.writeArrayFieldStart("quotas");
      for (QuotaMark mark : marks) {
        json.writeStartObject();
        by(json, mark.by());
        json.writeNumberField("percent", mark.percent());
        json.writeNumberField("limit", mark.limit());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private static void by(JsonGenerator json, RuleRef by) throws IOException {
    json.writeStringField("phase", by.phase().name());
    optional(json, "policy", by.policy() == null ? null : by.policy().toString());
    optional(json, "rule", by.rule());
  }

  private static void request(JsonGenerator json, DecisionRecord record) throws IOException {
    json.writeStringField("client", record.decision().client().toString());
    optional(json, "principal", record.principal());
    optional(json, "ja4", record.ja4());
    json.writeStringField("method", record.method());
    json.writeStringField("host", record.host());
    json.writeStringField("path", record.path());
    optional(json, "query", record.query());
    json.writeStringField("protocol", record.protocol());
    json.writeArrayFieldStart("headers");
    List<String> headers = record.headers();
    for (int i = 0; i < headers.size(); i += 2) {
      json.writeStartArray();
      json.writeString(headers.get(i));
      json.writeString(headers.get(i + 1));
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  /** Claims are left out: they may be anybody's personal data. */
  private static void identity(JsonGenerator json, @Nullable Identity identity) throws IOException {
    if (identity == null) {
      return;
    }
    json.writeObjectFieldStart("auth");
    json.writeStringField("method", identity.method());
    json.writeBooleanField("authenticated", identity.authenticated());
    optional(json, "subject", identity.subject().isEmpty() ? null : identity.subject());
    optional(json, "issuer", identity.issuer());
    optional(json, "client", identity.client());
    optional(json, "plan", identity.plan());
    if (!identity.scopes().isEmpty()) {
      json.writeArrayFieldStart("scopes");
      for (String scope : identity.scopes()) {
        json.writeString(scope);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void bot(JsonGenerator json, @Nullable BotScore score) throws IOException {
    if (score == null) {
      return;
    }
    json.writeObjectFieldStart("bot");
    json.writeNumberField("score", score.value());
    json.writeArrayFieldStart("signals");
    for (BotSignal signal : score.signals()) {
      json.writeStartObject();
      json.writeStringField("name", signal.name());
      json.writeNumberField("points", signal.points());
      json.writeStringField("note", signal.note());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void shadow(JsonGenerator json, List<ShadowFinding> findings) throws IOException {
    if (findings.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("shadow");
    for (ShadowFinding finding : findings) {
      json.writeStartObject();
      by(json, finding.by());
      optional(json, "wouldDeny", finding.wouldDeny() == null ? null : finding.wouldDeny().name());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void notes(JsonGenerator json, List<String> notes) throws IOException {
    if (notes.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("notes");
    for (String note : notes) {
      json.writeString(note);
    }
    json.writeEndArray();
  }

  private static void optional(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }
}
