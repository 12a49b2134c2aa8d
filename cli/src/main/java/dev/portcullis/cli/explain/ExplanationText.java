// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An explanation for people, from what a decision service or this program tells of a decision. */
public final class ExplanationText {
  private static final Map<String, String> FOUND =
      Map.ofEntries(
          Map.entry("APPLIES", "applies"),
          Map.entry("OTHER_REQUEST", "is about other requests"),
          Map.entry("SCOPES_MISSING", "the caller lacks a scope"),
          Map.entry("CONDITION_FALSE", "its condition is false"),
          Map.entry("CONDITION_FAILED", "its condition has no value"),
          Map.entry("STEP_UP", "needs a better authentication"),
          Map.entry("GRANTED", "grants it"),
          Map.entry("DELAYS", "grants it when its turn has come"),
          Map.entry("EXHAUSTED", "is used up"),
          Map.entry("GIVES_WAY", "gives way to others: the service is overloaded"),
          Map.entry("NOT_REACHED", "is not reached"),
          Map.entry("IN_LIST", "has the client's address"),
          Map.entry("NOT_IN_LIST", "has not the client's address"),
          Map.entry("LIST_ABSENT", "is not here"));

  private final List<String> lines = new ArrayList<>();

  private ExplanationText() {}

  /** The lines to print. */
  public static List<String> of(JsonNode decision) {
    ExplanationText text = new ExplanationText();
    text.outcome(decision);
    text.request(decision);
    text.steps(decision);
    text.remarks(decision);
    text.effective(decision.path("effective"));
    return text.lines.stream().map(ExplanationText::printable).toList();
  }

  /** An empty line, and where a route has its sections from. */
  public static List<String> ofRoute(EffectiveRoute route) {
    ExplanationText text = new ExplanationText();
    text.effective(route.json());
    return text.lines.stream().map(ExplanationText::printable).toList();
  }

  private void outcome(JsonNode decision) {
    if (decision.path("outcome").asText().equals("allow")) {
      line("Allowed" + by(decision));
      JsonNode delay = decision.path("delay");
      if (delay.isObject()) {
        line("  after %d ms%s".formatted(delay.path("millis").asLong(), by(delay)));
      }
      for (JsonNode quota : decision.path("quotas")) {
        line(
            "  and leaves %s of a quota of %d%s"
                .formatted(
                    quota.path("percent").asInt() < 100 ? "a fifth or less" : "nothing",
                    quota.path("limit").asLong(),
                    by(quota)));
      }
    } else {
      line(
          "Refused: %s %s%s"
              .formatted(
                  decision.path("status").asText(),
                  decision.path("reason").asText(),
                  by(decision)));
      if (decision.hasNonNull("cause")) {
        line("  because " + decision.path("cause").asText());
      }
    }
    line(
        "  decision %s, route %s, at %s, in %d µs"
            .formatted(
                decision.path("decisionId").asText(),
                decision.path("route").asText(),
                decision.path("time").asText(),
                decision.path("durationMicros").asLong()));
  }

  private static String by(JsonNode node) {
    String by = "";
    if (node.hasNonNull("rule")) {
      by += " by " + node.path("rule").asText();
    }
    if (node.hasNonNull("policy")) {
      by += (by.isEmpty() ? " by " : " of ") + node.path("policy").asText();
    }
    return by;
  }

  private void request(JsonNode decision) {
    line("");
    String query = decision.hasNonNull("query") ? "?" + decision.path("query").asText() : "";
    line(
        "%s %s%s of %s, from %s"
                .formatted(
                    decision.path("method").asText(),
                    decision.path("path").asText(),
                    query,
                    decision.path("host").asText(),
                    decision.path("client").asText())
            + (decision.hasNonNull("principal")
                ? " as " + decision.path("principal").asText()
                : ""));
    decision
        .path("headers")
        .forEach(header -> line("  " + header.path(0).asText() + ": " + header.path(1).asText()));
    JsonNode auth = decision.path("auth");
    if (auth.isObject()) {
      line("");
      line("Caller, by method " + auth.path("method").asText());
      for (String name : List.of("subject", "issuer", "client", "plan")) {
        if (auth.hasNonNull(name)) {
          line("  %s: %s".formatted(name, auth.path(name).asText()));
        }
      }
    }
  }

  private void steps(JsonNode decision) {
    JsonNode steps = decision.path("steps");
    line("");
    if (steps.isEmpty()) {
      line("No step was run.");
      return;
    }
    line("Steps");
    for (JsonNode step : steps) {
      step(step);
    }
    if (decision.path("unnoted").asInt() > 0) {
      line("  and %d more rules and limits".formatted(decision.path("unnoted").asInt()));
    }
  }

  private void step(JsonNode step) {
    String section = step.path("section").asText();
    String source = step.hasNonNull("source") ? " of " + step.path("source").asText() : "";
    String said =
        switch (step.path("said").asText()) {
          case "ALLOW" -> "allows" + rule(step);
          case "PASS" -> "has nothing against it";
          case "DENY" -> "refuses: " + step.path("reason").asText() + rule(step);
          case "UNAVAILABLE" -> "cannot tell, so it refuses" + rule(step);
          case "WAIT" -> "needs more time, and is run again on another thread";
          case "NOT_REACHED" -> "is not reached";
          default -> step.path("said").asText();
        };
    String took =
        step.path("nanos").asLong() == 0
            ? ""
            : String.format(Locale.ROOT, " (%.1f µs)", step.path("nanos").asLong() / 1e3);
    line("  %s%s %s%s".formatted(section, source, said, took));
    for (JsonNode look : step.path("looked")) {
      look(look);
    }
    if (!step.path("read").isEmpty()) {
      List<String> names = new ArrayList<>();
      step.path("read").forEach(name -> names.add(name.asText()));
      line("    reads " + String.join(", ", names));
    }
  }

  private static String rule(JsonNode step) {
    return step.hasNonNull("rule") ? " by " + step.path("rule").asText() : "";
  }

  private void look(JsonNode look) {
    String found = look.path("found").asText();
    String text = FOUND.getOrDefault(found, found);
    if (look.hasNonNull("when")) {
      text += ": " + look.path("when").asText();
    }
    if (look.hasNonNull("remaining")) {
      text += ", " + look.path("remaining").asLong() + " left";
    }
    line(
        "    %s%s %s"
            .formatted(
                look.path("rule").asText(),
                look.path("shadow").asBoolean() ? " (shadow)" : "",
                text));
  }

  private void remarks(JsonNode decision) {
    for (JsonNode finding : decision.path("shadow")) {
      line("");
      line(
          finding.hasNonNull("wouldDeny")
              ? "In shadow: would have refused with "
                  + finding.path("wouldDeny").asText()
                  + by(finding)
              : "In shadow: would have allowed" + by(finding));
    }
    JsonNode bot = decision.path("bot");
    if (bot.isObject()) {
      line("");
      line("Bot score " + bot.path("score").asInt());
      bot.path("signals")
          .forEach(signal ->
              line(
                  "  %s %+d: %s"
                      .formatted(
                          signal.path("name").asText(),
                          signal.path("points").asInt(),
                          signal.path("note").asText())));
    }
    decision.path("notes").forEach(note -> line("Note: " + note.asText()));
  }

  private void effective(JsonNode effective) {
    if (effective.isMissingNode()) {
      return;
    }
    line("");
    line("Where " + effective.path("route").asText() + " has its sections from");
    if (effective.hasNonNull("closed")) {
      line("  nowhere, it is closed: " + effective.path("closed").asText());
    }
    for (JsonNode section : effective.path("sections")) {
      List<String> lost = new ArrayList<>();
      section.path("overridden").forEach(policy -> lost.add(policy.asText()));
      line(
          "  %s: %s%s%s"
              .formatted(
                  section.path("section").asText(),
                  section.path("source").asText(),
                  section.path("shadow").asBoolean() ? " (shadow)" : "",
                  lost.isEmpty() ? "" : ", overrides " + String.join(", ", lost)));
    }
  }

  private void line(String text) {
    lines.add(text);
  }

  /** Clients write headers and paths; what controls a terminal is none of theirs. */
  private static String printable(String line) {
    StringBuilder text = new StringBuilder(line.length());
    line.codePoints().forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? '�' : c));
    return text.toString();
  }
}
