// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in our words what CEL's parser and checker found. */
final class IssueTranslator {
  private static final Pattern UNDECLARED =
      Pattern.compile("undeclared reference to '([^']*)' \\(in container '[^']*'\\)");
  private static final Pattern NO_OVERLOAD =
      Pattern.compile(
          "found no matching overload for '([^']*)' applied to '(.*)' \\(candidates: .*",
          Pattern.DOTALL);
  private static final Pattern EXPECTING =
      Pattern.compile("(.*?) expecting (?:\\{.*\\}|'.*'|.*)", Pattern.DOTALL);
  private static final Pattern DOTTED = Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*");

  private IssueTranslator() {}

  static ExpressionProblem translate(String text, CelSource source, CelIssue issue) {
    int offset = offset(text, source, issue);
    String message = issue.getMessage();
    Matcher undeclared = UNDECLARED.matcher(message);
    if (undeclared.matches()) {
      return undeclared(text, offset, undeclared.group(1));
    }
    Matcher noOverload = NO_OVERLOAD.matcher(message);
    if (noOverload.matches()) {
      return ExpressionProblem.at(
          text,
          offset,
          operator(noOverload.group(1)) + " cannot be applied to " + noOverload.group(2),
          "");
    }
    Matcher expecting = EXPECTING.matcher(message);
    if (expecting.matches()) {
      String found = expecting.group(1).replace("'<EOF>'", "the end of the expression");
      return ExpressionProblem.at(text, offset, "syntax error: " + found, "");
    }
    String hint = message.startsWith("token recognition error at: '=") ? "write == to compare" : "";
    return ExpressionProblem.at(text, offset, message, hint);
  }

  private static ExpressionProblem undeclared(String text, int offset, String name) {
    Matcher dotted = DOTTED.matcher(text);
    boolean found = dotted.find(Math.min(offset, text.length())) && dotted.start() == offset;
    boolean call = found && dotted.end() < text.length() && text.charAt(dotted.end()) == '(';
    if (!found || (call && !dotted.group().contains("."))) {
      return ExpressionProblem.at(
          text, offset, "unknown function: " + name, Spelling.functionHint(name));
    }
    if (call && dotted.group().startsWith("sets.")) {
      return ExpressionProblem.at(
          text,
          offset,
          "unknown function: " + dotted.group(),
          Spelling.functionHint(dotted.group()));
    }
    String variable = dotted.group();
    return ExpressionProblem.at(
        text, offset, "unknown variable: " + variable, Spelling.hint(variable));
  }

  /** The name of an operator's function as users write it: {@code _==_} is {@code ==}. */
  private static String operator(String function) {
    return switch (function) {
      case "_[_]" -> "[]";
      case "_?_:_" -> "?:";
      case "@in" -> "in";
      default -> {
        String bare = function.replace("_", "");
        yield bare.isEmpty() || Character.isLetter(bare.charAt(0)) ? function : bare;
      }
    };
  }

  private static int offset(String text, CelSource source, CelIssue issue) {
    int codePoints = source.getLocationOffset(issue.getSourceLocation()).orElse(0);
    return text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
  }
}
