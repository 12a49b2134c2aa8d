// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import dev.portcullis.cli.terminal.Table;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.CaseResult;
import dev.portcullis.suite.Observation;
import java.util.List;

/** The quickstart's table: request, what happened, which rule decided, and why. */
public final class ResultTable {
  private ResultTable() {}

  /** One line per case; below it what differs from what was expected. */
  public static List<String> lines(List<CaseResult> results, boolean colours) {
    Table table = new Table("Request", "", "Result", "Decided by", "Why");
    for (CaseResult result : results) {
      Case.Request request = result.testCase().request();
      String times = result.testCase().repeat() > 1 ? " ×" + result.testCase().repeat() : "";
      table.add(
          result.holds(),
          result.testCase().name() + times,
          request.method() + " " + shortened(request.path(), 28),
          outcome(result),
          rule(result),
          result.holds() ? shortened(detail(result), 48) : String.join("; ", result.differences()));
    }
    return table.lines(colours);
  }

  private static String outcome(CaseResult result) {
    Observation seen = result.observation();
    return seen == null ? "no answer" : seen.status() + " " + word(seen);
  }

  private static String word(Observation seen) {
    if (seen.reachedUpstream()) {
      return "allowed";
    }
    return seen.status() == 429 ? "limited" : "refused";
  }

  private static String rule(CaseResult result) {
    Observation seen = result.observation();
    if (seen == null) {
      return "";
    }
    if (seen.rule() != null) {
      return seen.rule();
    }
    return seen.reason() == null ? "Envoy" : seen.reason();
  }

  private static String detail(CaseResult result) {
    Observation seen = result.observation();
    if (seen == null) {
      return "";
    }
    String score = seen.score() == null ? "" : "bot score " + seen.score();
    return seen.detail().isEmpty() || score.isEmpty()
        ? seen.detail() + score
        : seen.detail() + ", " + score;
  }

  private static String shortened(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
