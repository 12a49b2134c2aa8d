// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;

/**
 * Fills every list and map of a document up to its bound: what the schema admits, the API server
 * must have the time to check (its CEL rules have a budget at run time, too).
 */
final class LargestDocument {
  private LargestDocument() {}

  static JsonNode of(JSONSchemaProps spec, JsonNode document) {
    JsonNode copy = document.deepCopy();
    fill(spec, copy.get("spec"));
    return copy;
  }

  private static void fill(JSONSchemaProps schema, JsonNode node) {
    switch (schema.getType()) {
      case "object" -> {
        if (schema.getAdditionalProperties() != null) {
          ObjectNode map = (ObjectNode) node;
          JsonNode value = map.elements().next();
          for (int i = 0; map.size() < schema.getMaxProperties(); i++) {
            map.set("more-" + i, value.deepCopy());
          }
        } else {
          schema
              .getProperties()
              .forEach((name, property) -> {
                if (node.has(name)) {
                  fill(property, node.get(name));
                }
              });
        }
      }
      case "array" -> fillArray(schema, (ArrayNode) node);
      default -> {}
    }
  }

  /** Inserts copies of the first item in front: the anonymous method must stay the last. */
  private static void fillArray(JSONSchemaProps schema, ArrayNode array) {
    JSONSchemaProps items = schema.getItems().getSchema();
    array.forEach(item -> fill(items, item));
    JsonNode first = array.get(0);
    boolean differ =
        schema.getXKubernetesValidations() != null
            && schema.getXKubernetesValidations().stream()
                .anyMatch(rule -> rule.getRule().contains("exists_one("));
    for (int i = 0; array.size() < schema.getMaxItems(); i++) {
      array.insert(
          0,
          first.isTextual() && differ
              ? TextNode.valueOf(longName(i))
              : renamed(first.deepCopy(), i));
    }
  }

  /** What must differ among items, differs at the end of long texts, where comparing costs most. */
  private static JsonNode renamed(JsonNode item, int number) {
    if (item instanceof ObjectNode object) {
      if (object.has("name")) {
        object.put("name", longName(number));
      } else if (object.has("claim")) {
        object.put("header", "x".repeat(120) + "-" + number);
      } else if (object.has("score")) {
        object.put("score", 100 - number);
      }
    }
    return item;
  }

  private static String longName(int number) {
    return "x".repeat(60) + "-" + number;
  }
}
