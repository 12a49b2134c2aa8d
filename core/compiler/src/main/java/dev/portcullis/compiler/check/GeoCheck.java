// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.Geo;
import dev.portcullis.policy.plan.GeoSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks from which countries clients may call. */
final class GeoCheck {
  /** ISO 3166-1, and the code for Kosovo that everybody uses, databases among them. */
  private static final Set<String> COUNTRIES = countries();

  /** Codes that look right, and what is meant by them. */
  private static final Map<String, String> MEANT =
      Map.of(
          "UK", "GB", "EL", "GR", "SU", "RU", "TP", "TL", "ZR", "CD", "BU", "MM", "DD", "DE", "FX",
          "FR");

  private GeoCheck() {}

  private static Set<String> countries() {
    Set<String> codes = new HashSet<>(List.of(Locale.getISOCountries()));
    codes.add("XK");
    return Set.copyOf(codes);
  }

  static @Nullable GeoSpec check(@Nullable Geo section, FieldPath path, Scope scope) {
    if (section == null) {
      return null;
    }
    if (section.allowCountries().isEmpty() && section.denyCountries().isEmpty()) {
      scope.report(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          "geo needs allowCountries or denyCountries",
          "add one of them, or leave geo out to admit clients from everywhere");
    }
    return new GeoSpec(
        scope.policy(),
        scope.mode(),
        codes(section.allowCountries(), path.field("allowCountries"), scope),
        codes(section.denyCountries(), path.field("denyCountries"), scope));
  }

  private static List<String> codes(List<String> codes, FieldPath path, Scope scope) {
    for (int i = 0; i < codes.size(); i++) {
      String code = codes.get(i);
      if (!COUNTRIES.contains(code)) {
        scope.report(DiagnosticCode.BAD_COUNTRY, path.at(i), code + " is no country", hint(code));
      }
    }
    return codes.stream().distinct().sorted().toList();
  }

  private static String hint(String code) {
    String meant = MEANT.get(code);
    if (meant != null) {
      return "write " + meant;
    }
    return code.equals("EU")
        ? "write its members' codes"
        : "write a code of ISO 3166-1, such as DE or JP";
  }
}
