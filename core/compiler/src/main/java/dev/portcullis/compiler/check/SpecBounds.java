// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.diagnostic.Quote;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds a resource to the bounds that its Java types declare, which are those of the schema that
 * the API server enforces. Files never saw an API server, and one may still serve an older schema.
 */
final class SpecBounds {
  private final Findings findings;

  SpecBounds(Findings findings) {
    this.findings = findings;
  }

  /** Checks a record of the custom resources' types, and all that it holds. */
  void check(Record record, FieldPath path) {
    for (FieldBounds field : FieldBounds.of(record.getClass())) {
      checkField(field, field.read(record), path.field(field.name()));
    }
  }

  private void checkField(FieldBounds field, @Nullable Object value, FieldPath path) {
    if (value == null || isEmpty(value)) {
      if (field.required()) {
        findings.add(
            DiagnosticCode.FIELD_REQUIRED,
            path,
            field.name() + " is required",
            "add " + field.name());
      }
      return;
    }
    checkValue(field.bounds(), value, path, field.name());
    switch (value) {
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          checkElement(field, list.get(i), path.at(i));
        }
      }
      case Map<?, ?> map ->
          map.forEach((key, element) -> checkElement(field, element, path.field("" + key)));
      case Record nested -> check(nested, path);
      default -> {}
    }
  }

  private void checkElement(FieldBounds field, @Nullable Object element, FieldPath path) {
    if (element == null) {
      findings.add(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          "an element of " + field.name() + " has no value",
          "write a value, or remove the element");
    } else if (element instanceof Record nested) {
      check(nested, path);
    } else {
      checkValue(field.elements(), element, path, "an element of " + field.name());
    }
  }

  private void checkValue(Bounds bounds, Object value, FieldPath path, String name) {
    String wrong = bounds.violation(value);
    if (!wrong.isEmpty()) {
      findings.add(DiagnosticCode.OUT_OF_BOUNDS, path, name + " " + wrong, bounds.described(value));
      return;
    }
    if (value instanceof String text && !bounds.matches(text)) {
      findings.add(
          DiagnosticCode.BAD_FORMAT,
          path,
          name + " cannot be " + Quote.of(text),
          "write " + PatternText.described(bounds.pattern()));
    }
  }

  private static boolean isEmpty(Object value) {
    return (value instanceof List<?> list && list.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty());
  }
}
