// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.Cors;
import dev.portcullis.policy.match.OriginPattern;
import dev.portcullis.policy.plan.CorsSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks which pages may call from a browser. */
final class CorsCheck {
  private static final List<String> DEFAULT_METHODS = List.of("GET", "HEAD", "POST");
  private static final Duration DEFAULT_AGE = Duration.ofMinutes(10);
  private static final Duration MAX_AGE = Duration.ofHours(24);

  private CorsCheck() {}

  static @Nullable CorsSpec check(@Nullable Cors section, FieldPath path, Scope scope) {
    if (section == null) {
      return null;
    }
    List<OriginPattern> origins =
        origins(section.allowOrigins(), path.field("allowOrigins"), scope);
    if (section.allowCredentials() && origins.stream().anyMatch(OriginPattern::isAny)) {
      scope.report(
          DiagnosticCode.CREDENTIALS_FOR_ALL_ORIGINS,
          path.field("allowCredentials"),
          "allowCredentials lets a page act with its visitor's cookies, and * lets every page",
          "list the origins that you mean, or remove allowCredentials");
    }
    String age = section.maxAge();
    return new CorsSpec(
        scope.policy(),
        scope.mode(),
        origins,
        section.allowMethods().isEmpty() ? DEFAULT_METHODS : section.allowMethods(),
        lowerCase(section.allowHeaders()),
        lowerCase(section.exposeHeaders()),
        age == null
            ? DEFAULT_AGE
            : Values.duration(age, Duration.ZERO, MAX_AGE, path.field("maxAge"), scope),
        section.allowCredentials());
  }

  private static List<OriginPattern> origins(List<String> texts, FieldPath path, Scope scope) {
    List<OriginPattern> out = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        out.add(OriginPattern.parse(texts.get(i)));
      } catch (IllegalArgumentException e) {
        scope.report(
            DiagnosticCode.BAD_ORIGIN,
            path.at(i),
            String.valueOf(e.getMessage()),
            "write an origin as browsers send it, such as https://shop.example.com, or"
                + " https://*.example.com for the names below one");
      }
    }
    return out;
  }

  private static List<String> lowerCase(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().toList();
  }
}
