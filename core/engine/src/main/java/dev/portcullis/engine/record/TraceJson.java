// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.record;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.expression.Variable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes what a decision went through. */
final class TraceJson {
  private TraceJson() {}

  /** Writes fields of an object that is open. */
  static void write(Trace trace, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("steps");
    for (Trace.Step step : trace.steps()) {
      step(step, json);
    }
    json.writeEndArray();
    if (trace.unnoted() > 0) {
      json.writeNumberField("unnoted", trace.unnoted());
    }
  }

  private static void step(Trace.Step step, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("phase", step.phase().name());
    json.writeStringField("section", step.section());
    if (step.source() != null) {
      json.writeStringField("source", step.source().toString());
    }
    json.writeStringField("said", step.said().name());
    by(step.by(), json);
    if (step.reason() != null) {
      json.writeStringField("reason", step.reason().name());
    }
    json.writeNumberField("nanos", step.nanos());
    json.writeArrayFieldStart("read");
    for (Variable variable : step.read()) {
      json.writeString(variable.celName());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("looked");
    for (Trace.Look look : step.looks()) {
      look(look, json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void look(Trace.Look look, JsonGenerator json) throws IOException {
    json.writeStartObject();
    by(look.by(), json);
    if (look.shadow()) {
      json.writeBooleanField("shadow", true);
    }
    json.writeStringField("found", look.found().name());
    if (look.condition() != null) {
      json.writeStringField("when", look.condition());
    }
    if (look.remaining() >= 0) {
      json.writeNumberField("remaining", look.remaining());
    }
    json.writeEndObject();
  }

  private static void by(@Nullable RuleRef by, JsonGenerator json) throws IOException {
    if (by == null) {
      return;
    }
    if (by.policy() != null) {
      json.writeStringField("policy", by.policy().toString());
    }
    if (by.rule() != null) {
      json.writeStringField("rule", by.rule());
    }
  }
}
