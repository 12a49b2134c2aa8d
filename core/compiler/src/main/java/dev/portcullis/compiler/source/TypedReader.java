// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.DidYouMean;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.diagnostic.Quote;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads YAML values as a Java type wants them, as strictly as an API server with a structural
 * schema and {@code fieldValidation: Strict} does. What does not fit is reported and left out, so
 * that the rest of the resource can still be read: a broken policy must be known to exist.
 */
final class TypedReader {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Findings findings;

  TypedReader(Findings findings) {
    this.findings = findings;
  }

  /** The value as JSON that Jackson binds to the type without error; null when it does not fit. */
  @Nullable JsonNode read(YamlValue value, JavaType type, FieldPath path) {
    if (value instanceof YamlValue.Scalar scalar && scalar.kind() == YamlValue.Scalar.Kind.NULL) {
      findings.add(
          DiagnosticCode.WRONG_TYPE,
          path,
          name(path) + " has no value",
          "write a value, or remove the field");
      return null;
    }
    return switch (Shape.of(type)) {
      case Shape.Any() -> any(value);
      case Shape.Bean(Map<String, Shape.Field> fields) -> bean(value, fields, path);
      case Shape.Dictionary(JavaType content) -> dictionary(value, content, path);
      case Shape.Listing(JavaType content) -> listing(value, content, path);
      case Shape.Choice(List<String> choices) -> choice(value, choices, path);
      case Shape.Text() -> scalar(value, YamlValue.Scalar.Kind.TEXT, path);
      case Shape.Whole(long least, long most) -> whole(value, least, most, path);
      case Shape.Decimal() -> decimal(value, path);
      case Shape.Truth() -> scalar(value, YamlValue.Scalar.Kind.BOOLEAN, path);
    };
  }

  private @Nullable JsonNode bean(
      YamlValue value, Map<String, Shape.Field> fields, FieldPath path) {
    if (!(value instanceof YamlValue.Mapping mapping)) {
      return wrong(value, "a mapping with fields", path);
    }
    ObjectNode out = JSON.objectNode();
    mapping
        .entries()
        .forEach((key, entry) -> {
          Shape.Field field = fields.get(key);
          if (field == null) {
            findings.add(
                DiagnosticCode.UNKNOWN_FIELD,
                path.field(key),
                name(path) + " has no field " + Quote.of(key),
                DidYouMean.fix(key, fields.keySet()));
            return;
          }
          JsonNode read = read(entry.value(), field.type(), path.field(key));
          if (read != null) {
            checkEmpty(read, field, path.field(key));
            out.set(key, read);
          }
        });
    return out;
  }

  /** An empty list that is written out was meant to say something; absence has a meaning. */
  private void checkEmpty(JsonNode read, Shape.Field field, FieldPath path) {
    if (read.isContainerNode() && read.isEmpty() && !field.mayBeEmpty()) {
      findings.add(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          name(path) + " is empty",
          "write at least one element, or remove " + name(path));
    }
  }

  private @Nullable JsonNode dictionary(YamlValue value, JavaType content, FieldPath path) {
    if (!(value instanceof YamlValue.Mapping mapping)) {
      return wrong(value, "a mapping", path);
    }
    ObjectNode out = JSON.objectNode();
    mapping
        .entries()
        .forEach((key, entry) -> {
          JsonNode read = read(entry.value(), content, path.field(key));
          if (read != null) {
            out.set(key, read);
          }
        });
    return out;
  }

  private @Nullable JsonNode listing(YamlValue value, JavaType content, FieldPath path) {
    if (!(value instanceof YamlValue.Sequence sequence)) {
      return wrong(value, "a list", path);
    }
    ArrayNode out = JSON.arrayNode();
    for (int i = 0; i < sequence.elements().size(); i++) {
      JsonNode read = read(sequence.elements().get(i), content, path.at(i));
      if (read != null) {
        out.add(read);
      }
    }
    return out;
  }

  private @Nullable JsonNode choice(YamlValue value, List<String> choices, FieldPath path) {
    if (!(value instanceof YamlValue.Scalar scalar)) {
      return wrong(value, "one of " + String.join(", ", choices), path);
    }
    if (!choices.contains(scalar.text())) {
      findings.add(
          DiagnosticCode.UNKNOWN_VALUE,
          path,
          name(path) + " cannot be " + Quote.of(scalar.text()),
          DidYouMean.fix(scalar.text(), choices));
      return null;
    }
    return JSON.textNode(scalar.text());
  }

  private @Nullable JsonNode whole(YamlValue value, long least, long most, FieldPath path) {
    if (!(value instanceof YamlValue.Scalar scalar)
        || scalar.kind() != YamlValue.Scalar.Kind.INTEGER
        || !scalar.text().matches("[-+]?[0-9]+")) {
      return wrong(value, "a whole number", path);
    }
    try {
      long number = Long.parseLong(scalar.text());
      if (number >= least && number <= most) {
        return JSON.numberNode(number);
      }
    } catch (NumberFormatException tooManyDigits) {
      // Reported below, as any other number that is too large.
    }
    findings.add(
        DiagnosticCode.OUT_OF_BOUNDS,
        path,
        name(path) + " is too large: " + Quote.of(scalar.text()),
        "write a number between " + least + " and " + most);
    return null;
  }

  private @Nullable JsonNode decimal(YamlValue value, FieldPath path) {
    if (value instanceof YamlValue.Scalar scalar
        && (scalar.kind() == YamlValue.Scalar.Kind.FLOAT
            || scalar.kind() == YamlValue.Scalar.Kind.INTEGER)
        && scalar.text().matches("[-+]?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]{1,3})?")) {
      return JSON.numberNode(Double.parseDouble(scalar.text()));
    }
    return wrong(value, "a number", path);
  }

  private @Nullable JsonNode scalar(YamlValue value, YamlValue.Scalar.Kind kind, FieldPath path) {
    if (!(value instanceof YamlValue.Scalar scalar) || scalar.kind() != kind) {
      return wrong(value, kind == YamlValue.Scalar.Kind.TEXT ? "text" : "true or false", path);
    }
    return kind == YamlValue.Scalar.Kind.TEXT
        ? JSON.textNode(scalar.text())
        : JSON.booleanNode(Boolean.parseBoolean(scalar.text()));
  }

  private static JsonNode any(YamlValue value) {
    return switch (value) {
      case YamlValue.Mapping mapping -> {
        ObjectNode out = JSON.objectNode();
        mapping.entries().forEach((key, entry) -> out.set(key, any(entry.value())));
        yield out;
      }
      case YamlValue.Sequence sequence -> {
        ArrayNode out = JSON.arrayNode();
        sequence.elements().forEach(element -> out.add(any(element)));
        yield out;
      }
      case YamlValue.Scalar scalar -> JSON.textNode(scalar.text());
    };
  }

  private @Nullable JsonNode wrong(YamlValue value, String wanted, FieldPath path) {
    boolean unquoted = wanted.equals("text") && value instanceof YamlValue.Scalar;
    findings.add(
        DiagnosticCode.WRONG_TYPE,
        path,
        name(path) + " must be " + wanted + ", not " + value.described(),
        unquoted ? "put the value in quotes" : "write " + wanted);
    return null;
  }

  /** A field by its name, an element of a list by its list. */
  static String name(FieldPath path) {
    FieldPath parent = path.parent();
    if (parent == null) {
      return "the resource";
    }
    return path.index() ? "an element of " + name(parent) : path.step();
  }
}
