// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Says what a user may have meant by a variable or function that does not exist. */
final class Spelling {
  private static final int MAX_DISTANCE = 3;

  private Spelling() {}

  /** The hint for an unknown dotted name; empty when nothing is near. */
  static String hint(String unknown) {
    String nearest = "";
    int best = MAX_DISTANCE + 1;
    for (Variable variable : Variable.values()) {
      int distance = distance(prefix(unknown, variable), variable.celName());
      if (distance < best) {
        best = distance;
        nearest = variable.celName();
      }
    }
    if (best <= MAX_DISTANCE) {
      return "did you mean " + nearest + "?";
    }
    String group = unknown.contains(".") ? unknown.substring(0, unknown.indexOf('.')) : unknown;
    List<String> members =
        Arrays.stream(Variable.values())
            .map(Variable::celName)
            .filter(name -> name.startsWith(group + "."))
            .toList();
    return members.isEmpty()
        ? "variables begin with " + groups(Stage.IDENTIFIED, "or") + "; put text in quotes"
        : "there are " + String.join(", ", members);
  }

  /** What the names of variables begin with that may be read at a stage: {@code a, b or c}. */
  static String groups(Stage stage, String conjunction) {
    List<String> groups =
        Arrays.stream(Variable.values())
            .filter(stage::mayRead)
            .map(variable -> variable.celName().substring(0, variable.celName().indexOf('.')))
            .distinct()
            .toList();
    return String.join(", ", groups.subList(0, groups.size() - 1))
        + " "
        + conjunction
        + " "
        + groups.getLast();
  }

  /** The hint for an unknown function; empty when nothing is near. */
  static String functionHint(String unknown) {
    String nearest = "";
    int best = Math.min(MAX_DISTANCE, Math.max(1, unknown.length() / 3)) + 1;
    for (String name : CelEnvironment.functionNames()) {
      int distance = distance(unknown.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
      if (distance < best) {
        best = distance;
        nearest = name;
      }
    }
    return nearest.isEmpty() ? "" : "did you mean " + nearest + "?";
  }

  /** As many segments of the unknown name as the variable has: {@code auth.claim.role} is two. */
  private static String prefix(String unknown, Variable variable) {
    int dots = (int) variable.celName().chars().filter(c -> c == '.').count();
    int end = -1;
    for (int i = 0; i <= dots; i++) {
      end = unknown.indexOf('.', end + 1);
      if (end < 0) {
        return unknown;
      }
    }
    return unknown.substring(0, end);
  }

  /** Levenshtein's distance: insertions, deletions and substitutions of characters. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
