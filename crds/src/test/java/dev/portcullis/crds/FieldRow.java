// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One field as a row of a reference page, in Markdown. */
record FieldRow(String name, JSONSchemaProps schema, boolean required, @Nullable String section) {
  private static final Pattern DEFAULT =
      Pattern.compile("(?:(.*?) )??Default: (.*)\\.", Pattern.DOTALL);

  /** Name, type, default, bounds and meaning. */
  String markdown() {
    Matcher stated = DEFAULT.matcher(description(schema));
    boolean states = stated.matches();
    String meaning = states && stated.group(1) != null ? stated.group(1) : description(schema);
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            name,
            type(),
            cell(required ? "**required**" : states ? stated.group(2) : inSchema()),
            cell(String.join(", ", bounds(schema))),
            cell(meaning));
  }

  static String description(JSONSchemaProps schema) {
    return schema.getDescription() == null ? "" : schema.getDescription();
  }

  /** The schema of a list's items or of a map's values; null: neither. */
  static @Nullable JSONSchemaProps element(JSONSchemaProps schema) {
    if (schema.getItems() != null) {
      return schema.getItems().getSchema();
    }
    return schema.getAdditionalProperties() == null
        ? null
        : schema.getAdditionalProperties().getSchema();
  }

  private String inSchema() {
    JsonNode value = schema.getDefault();
    return value == null ? "" : value.asText();
  }

  private String type() {
    JSONSchemaProps element = element(schema);
    JSONSchemaProps plain = element == null ? schema : element;
    String of = plain.getEnum().isEmpty() ? word(plain) : values(plain);
    String text = section == null ? of : "[" + of + "](#" + section + ")";
    if (element == null) {
      return text;
    }
    return (schema.getItems() != null ? "list of " : "map to ") + text;
  }

  private static String word(JSONSchemaProps schema) {
    return "date-time".equals(schema.getFormat()) ? "time (RFC 3339)" : schema.getType();
  }

  private static String values(JSONSchemaProps schema) {
    return schema.getEnum().stream()
        .map(value -> "`" + value.asText() + "`")
        .collect(Collectors.joining(", "));
  }

  private static List<String> bounds(JSONSchemaProps schema) {
    List<String> bounds = new ArrayList<>();
    add(bounds, schema.getMinItems(), schema.getMaxItems(), "items");
    add(bounds, schema.getMinProperties(), schema.getMaxProperties(), "entries");
    add(bounds, schema.getMinLength(), schema.getMaxLength(), "characters");
    add(bounds, schema.getMinimum(), schema.getMaximum(), "");
    if (schema.getPattern() != null && schema.getFormat() == null) {
      bounds.add("`" + schema.getPattern() + "`");
    }
    JSONSchemaProps element = element(schema);
    if (element != null) {
      List<String> each = bounds(element);
      if (!each.isEmpty()) {
        bounds.add("each " + String.join(", ", each));
      }
    }
    return bounds;
  }

  private static void add(
      List<String> bounds, @Nullable Number least, @Nullable Number most, String unit) {
    if (least == null && most == null) {
      return;
    }
    String from = least == null ? "" : plain(least);
    String span;
    if (most == null) {
      span = "at least " + from;
    } else if (from.isEmpty()) {
      span = "at most " + plain(most);
    } else {
      span = from.equals(plain(most)) ? from : from + " to " + plain(most);
    }
    bounds.add((span + " " + unit).strip());
  }

  private static String plain(Number number) {
    BigDecimal exact = new BigDecimal(number.toString()).stripTrailingZeros();
    return exact.toPlainString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
