// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a decision service says of a counter, for people. */
final class QuotaText {
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
  private static final List<String> HEADING =
      List.of("COUNTED BY", "PLAN", "LIMIT", "USED", "REMAINING", "RESETS");

  private final JsonNode answer;

  QuotaText(JsonNode answer) {
    this.answer = answer;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(shown(answer.path("limit").asText() + " of " + answer.path("of").asText()));
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADING);
    for (JsonNode counter : answer.path("counters")) {
      String at = counter.path("at").asText();
      if (!answer.path("action").asText().equals("get")) {
        lines.add(shown(counter.path("given").asText() + " given back by " + at));
      }
      for (JsonNode allowance : counter.path("allowances")) {
        rows.add(
            List.of(
                shown(at),
                shown(allowance.path("plan").asText("-")),
                allowance.path("limit").asText(),
                allowance.path("used").asText(),
                allowance.path("remaining").asText(),
                allowance.path("used").asLong() == 0 ? "-" : allowance.path("resets").asText()));
      }
    }
    int[] widths = new int[HEADING.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 3);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** What somebody else wrote is one line, and tells the terminal nothing. */
  private static String shown(String text) {
    return CONTROL.matcher(text).replaceAll("\uFFFD");
  }
}
