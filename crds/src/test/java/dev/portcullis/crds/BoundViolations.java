// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Breaks every bound that a schema has, one at a time, in a document that uses every field: so a
 * new bound needs no case of its own, and a new field without an example fails.
 */
final class BoundViolations {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** A character that no pattern of ours admits. */
  private static final String BELL = "\u0007";

  private final List<BoundViolation> found = new ArrayList<>();

  private BoundViolations() {}

  static List<BoundViolation> of(JSONSchemaProps spec, JsonNode document) {
    var violations = new BoundViolations();
    violations.walk(spec, List.of(Place.of(document, "spec")));
    return violations.found;
  }

  private void walk(JSONSchemaProps schema, List<Place> places) {
    Place place = places.getFirst();
    breakWith(place, ofType(schema), _ -> wrongType(schema));
    switch (schema.getType()) {
      case "object" -> {
        if (schema.getAdditionalProperties() != null) {
          map(schema, place);
          walk(schema.getAdditionalProperties().getSchema(), children(places));
        } else {
          object(schema, places);
        }
      }
      case "array" -> {
        array(schema, place);
        walk(schema.getItems().getSchema(), children(places));
      }
      case "string" -> string(schema, place);
      case "integer", "number" -> number(schema, place);
      default -> {}
    }
  }

  private void object(JSONSchemaProps schema, List<Place> places) {
    Place place = places.getFirst();
    found.add(
        new BoundViolation(
            "unknown field \"" + place.path() + ".nonsense\"",
            "unknown field",
            place.replaced(value -> ((ObjectNode) value).put("nonsense", 1))));
    schema
        .getProperties()
        .forEach((name, property) -> {
          List<Place> inner = places.stream().flatMap(at -> at.property(name)).toList();
          if (inner.isEmpty()) {
            throw new AssertionError(
                "valid-spec-everything.yaml has no example of " + place.path() + "." + name);
          }
          walk(property, inner);
          if (schema.getRequired().contains(name)) {
            found.add(
                new BoundViolation(
                    place.path() + "." + name,
                    "Required value",
                    place.replaced(value -> ((ObjectNode) value).without(name))));
          }
        });
  }

  private void map(JSONSchemaProps schema, Place place) {
    breakIf(schema.getMinProperties(), place, "at least", _ -> NODES.objectNode());
    breakIf(
        schema.getMaxProperties(),
        place,
        "must have at most",
        most -> grown((ObjectNode) place.value().deepCopy(), most + 1));
  }

  private static ObjectNode grown(ObjectNode map, long size) {
    JsonNode value = map.elements().next();
    for (int i = 0; map.size() < size; i++) {
      map.set("more" + i, value);
    }
    return map;
  }

  private void array(JSONSchemaProps schema, Place place) {
    breakIf(schema.getMinItems(), place, "should have at least", _ -> NODES.arrayNode());
    breakIf(
        schema.getMaxItems(),
        place,
        "must have at most",
        most -> {
          ArrayNode items = NODES.arrayNode();
          Stream.generate(() -> place.value().get(0)).limit(most + 1).forEach(items::add);
          return items;
        });
  }

  private void string(JSONSchemaProps schema, Place place) {
    breakIf(
        schema.getMinLength(),
        place,
        "should be at least",
        least -> TextNode.valueOf("a".repeat((int) (least - 1))));
    breakIf(
        schema.getMaxLength(),
        place,
        "Too long",
        most -> TextNode.valueOf("a".repeat((int) (most + 1))));
    // The API server looks at the format first.
    String complaint = schema.getFormat() == null ? "should match" : ofType(schema);
    breakIf(schema.getPattern(), place, complaint, _ -> TextNode.valueOf(bells(schema)));
    if (schema.getEnum() != null && !schema.getEnum().isEmpty()) {
      breakWith(place, "Unsupported value", _ -> TextNode.valueOf("Nonsense"));
    }
  }

  private static String bells(JSONSchemaProps schema) {
    Long least = schema.getMinLength();
    return BELL.repeat(least == null ? 1 : (int) Math.max(1, least));
  }

  private void number(JSONSchemaProps schema, Place place) {
    breakIf(
        schema.getMinimum(),
        place,
        "should be greater than or equal to",
        least -> DecimalNode.valueOf(BigDecimal.valueOf(least.longValue() - 1)));
    breakIf(
        schema.getMaximum(),
        place,
        "should be less than or equal to",
        most -> DecimalNode.valueOf(BigDecimal.valueOf(most.longValue() + 1)));
  }

  private static String ofType(JSONSchemaProps schema) {
    return "must be of type "
        + (schema.getFormat() == null ? schema.getType() : schema.getFormat());
  }

  private static JsonNode wrongType(JSONSchemaProps schema) {
    return schema.getType().equals("boolean") ? TextNode.valueOf("yes") : BooleanNode.TRUE;
  }

  private <T> void breakIf(
      @Nullable T bound, Place place, String complaint, Function<T, JsonNode> value) {
    if (bound != null) {
      breakWith(place, complaint, _ -> value.apply(bound));
    }
  }

  private void breakWith(Place place, String complaint, UnaryOperator<JsonNode> change) {
    found.add(new BoundViolation(place.path(), complaint, place.replaced(change)));
  }

  private static List<Place> children(List<Place> places) {
    List<Place> children = places.stream().flatMap(Place::children).toList();
    if (children.isEmpty()) {
      throw new AssertionError(
          "valid-spec-everything.yaml has nothing in " + places.getFirst().path());
    }
    return children;
  }
}
