// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.policytest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.diagnostic.Severity;
import dev.portcullis.suite.CaseResult;
import dev.portcullis.suite.Observation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all suites showed, in their order. */
public record TestReport(List<SuiteReport> suites) {

  public TestReport {
    suites = List.copyOf(suites);
  }

  /** Whether everything holds. */
  public boolean holds() {
    return suites.stream().allMatch(SuiteReport::holds);
  }

  /** How many cases were put. */
  public int cases() {
    return suites.stream().mapToInt(suite -> suite.results().size()).sum();
  }

  /** How many of them do not hold. */
  public int failed() {
    return suites.stream().mapToInt(suite -> suite.failed().size()).sum();
  }

  /**
   * For people: what is wrong with policies and cases, a line each with its place, and then the
   * sum.
   *
   * @param all also the cases that hold
   */
  public List<String> lines(boolean all) {
    List<String> lines = new ArrayList<>();
    for (SuiteReport suite : suites) {
      suite.diagnostics().stream()
          .filter(diagnostic -> diagnostic.severity() != Severity.NOTE)
          .map(DiagnosticText::line)
          .forEach(lines::add);
      for (CaseResult result : suite.results()) {
        if (!result.holds()) {
          lines.add(suite.place(result) + ": failed: " + failure(result));
        } else if (all) {
          lines.add(suite.place(result) + ": holds: " + result.testCase().name());
        }
      }
    }
    lines.add(sum());
    return lines;
  }

  private String sum() {
    long errors = suites.stream().mapToLong(suite -> suite.errors().size()).sum();
    return count(suites.size(), "suite")
        + ", "
        + count(cases(), "case")
        + ", "
        + failed()
        + " failed"
        + (errors == 0 ? "" : ", " + count(errors, "error") + " in policies");
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** The case, what is different, and what decided. */
  static String failure(CaseResult result) {
    String line = result.testCase().name() + ": " + String.join("; ", result.differences());
    String decision = decision(result);
    return decision.isEmpty() ? line : line + " (" + decision + ")";
  }

  /** What decided, for people: reason, rule and what the decision log would say. */
  static String decision(CaseResult result) {
    Observation seen = result.observation();
    if (seen == null) {
      return "";
    }
    StringBuilder text = new StringBuilder(seen.reason() == null ? "passed" : seen.reason());
    if (seen.rule() != null) {
      text.append(" by ").append(seen.rule());
    }
    if (!seen.detail().isEmpty()) {
      text.append(": ").append(seen.detail());
    }
    return text.toString();
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("holds", holds()).put("cases", cases()).put("failed", failed());
    var list = out.putArray("suites");
    for (SuiteReport suite : suites) {
      List<Diagnostic> told = suite.diagnostics();
      ObjectNode node = list.addObject();
      node.put("name", suite.suite().name()).put("file", suite.suite().file().toString());
      node.put("holds", suite.holds()).put("millis", suite.took().toMillis());
      node.set("diagnostics", DiagnosticText.json(told));
      var cases = node.putArray("cases");
      suite.results().forEach(result -> cases.add(json(result)));
    }
    return out;
  }

  private static ObjectNode json(CaseResult result) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("name", result.testCase().name()).put("line", result.testCase().line());
    out.put("service", result.testCase().service()).put("holds", result.holds());
    Observation seen = result.observation();
    if (seen != null) {
      out.put("status", seen.status());
      put(out, "reason", seen.reason());
      put(out, "rule", seen.rule());
    }
    var differences = out.putArray("differences");
    result.differences().forEach(differences::add);
    return out;
  }

  private static void put(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }
}
