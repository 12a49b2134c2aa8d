// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.RequestMatch;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.MatchSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads values that several sections have. */
final class Values {
  private static final String RANGE = "such as 10.0.0.0/8 or 2001:db8::/32";

  private Values() {}

  /** Address ranges; those that cannot be read are reported and left out. */
  static List<Cidr> ranges(List<String> texts, FieldPath path, Scope scope) {
    List<Cidr> out = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        out.add(Cidr.parse(texts.get(i)));
      } catch (IllegalArgumentException e) {
        scope.report(
            DiagnosticCode.BAD_ADDRESS_RANGE,
            path.at(i),
            String.valueOf(e.getMessage()),
            "write an address or a range without bits beyond its prefix, " + RANGE);
      }
    }
    return out;
  }

  /** What requests are meant. */
  static List<MatchSpec> matches(List<RequestMatch> matches, FieldPath path, Scope scope) {
    List<MatchSpec> out = new ArrayList<>();
    for (int i = 0; i < matches.size(); i++) {
      RequestMatch match = matches.get(i);
      if (match.methods().isEmpty() && match.paths().isEmpty()) {
        scope.report(
            DiagnosticCode.FIELD_REQUIRED,
            path.at(i),
            "an element of match needs methods or paths",
            "add one of them, or leave match out to mean every request");
      }
      out.add(
          new MatchSpec(match.methods(), paths(match.paths(), path.at(i).field("paths"), scope)));
    }
    return out;
  }

  private static List<PathPattern> paths(List<String> texts, FieldPath path, Scope scope) {
    List<PathPattern> out = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        out.add(PathPattern.parse(texts.get(i)));
      } catch (IllegalArgumentException e) {
        scope.report(
            DiagnosticCode.BAD_PATH_PATTERN,
            path.at(i),
            String.valueOf(e.getMessage()),
            "write a pattern such as /orders, /orders/{id}, /files/*.json or /admin/**");
      }
    }
    return out;
  }

  /**
   * A duration of whole seconds, minutes or hours; {@code least} when it cannot be read.
   *
   * @param least and {@code most}: its bounds, both included
   */
  static Duration duration(
      String text, Duration least, Duration most, FieldPath path, Scope scope) {
    try {
      long number = Long.parseLong(text.substring(0, text.length() - 1));
      Duration duration =
          switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            default -> throw new NumberFormatException(text);
          };
      if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
        return duration;
      }
    } catch (NumberFormatException | StringIndexOutOfBoundsException | ArithmeticException e) {
      // Reported below: a text that is no duration is mended as one that is too long is.
    }
    scope.report(
        DiagnosticCode.BAD_DURATION,
        path,
        path.step() + " must be " + words(least) + " to " + words(most),
        "write a whole number with a unit, such as 30s, 10m or 1h");
    return least;
  }

  private static String words(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds % 3600 == 0 && seconds > 0 ? seconds / 3600 + "h" : seconds + "s";
  }

  /** Reports each element that has the same name, or other identity, as an earlier one. */
  static <T> void unique(
      List<T> elements, Function<T, ?> identity, String field, FieldPath path, Scope scope) {
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      Object name = identity.apply(elements.get(i));
      if (name != null && !seen.add(name)) {
        FieldPath at = field.isEmpty() ? path.at(i) : path.at(i).field(field);
        scope.report(
            DiagnosticCode.DUPLICATE_NAME,
            at,
            "two elements of " + path.step() + " are " + name,
            "rename or remove one of them");
      }
    }
  }

  /** Reports unless exactly one of some fields is set. */
  static boolean exactlyOne(String what, FieldPath path, Scope scope, Choice... choices) {
    List<String> names = new ArrayList<>();
    int set = 0;
    for (Choice choice : choices) {
      names.add(choice.name);
      set += choice.set ? 1 : 0;
    }
    if (set != 1) {
      scope.report(
          DiagnosticCode.EXACTLY_ONE,
          path,
          what + " needs exactly one of " + String.join(", ", names) + "; it has " + set,
          set == 0 ? "add one of them" : "keep one of them; give the others a place of their own");
    }
    return set == 1;
  }

  /** A field of which one may be set. */
  record Choice(String name, boolean set) {}
}
