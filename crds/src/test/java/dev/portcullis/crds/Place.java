// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A place in a document.
 *
 * @param steps from the root: property names and array indexes
 */
record Place(JsonNode root, List<Object> steps) {

  static Place of(JsonNode root, String property) {
    return new Place(root, List.of(property));
  }

  JsonNode value() {
    return at(root, steps);
  }

  /** As the API server writes it, such as {@code spec.limits[0].name}. */
  String path() {
    var text = new StringBuilder();
    for (Object step : steps) {
      text.append(step instanceof Integer ? "[" + step + "]" : text.isEmpty() ? step : "." + step);
    }
    return text.toString();
  }

  /** The place of a property, if it is there. */
  Stream<Place> property(String name) {
    return value().has(name) ? Stream.of(step(name)) : Stream.empty();
  }

  /** The places of an array's items, or of a map's values. */
  Stream<Place> children() {
    return value().isArray()
        ? IntStream.range(0, value().size()).mapToObj(this::step)
        : value().properties().stream().map(entry -> step(entry.getKey()));
  }

  /** A copy of the document with another value here. */
  JsonNode replaced(UnaryOperator<JsonNode> change) {
    JsonNode copy = root.deepCopy();
    JsonNode parent = at(copy, steps.subList(0, steps.size() - 1));
    JsonNode value = change.apply(at(copy, steps));
    switch (steps.getLast()) {
      case Integer index -> ((ArrayNode) parent).set(index, value);
      case Object name -> ((ObjectNode) parent).set(name.toString(), value);
    }
    return copy;
  }

  private Place step(Object step) {
    List<Object> longer = new ArrayList<>(steps);
    longer.add(step);
    return new Place(root, longer);
  }

  private static JsonNode at(JsonNode root, List<Object> steps) {
    JsonNode node = root;
    for (Object step : steps) {
      node = step instanceof Integer index ? node.get(index) : node.get(step.toString());
    }
    return node;
  }
}
