// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A pod that is being changed, and the operations (RFC 6902) that were needed so far. Works on a
 * copy; not thread-safe.
 */
final class PodPatch {
  private final JsonNode pod;
  private final ArrayNode operations = JsonNodeFactory.instance.arrayNode();

  PodPatch(JsonNode pod) {
    this.pod = pod.deepCopy();
  }

  /** What is at a JSON pointer by now; a missing node when nothing is. Not to be changed. */
  JsonNode at(String pointer) {
    return pod.at(pointer);
  }

  ArrayNode operations() {
    return operations;
  }

  /** Adds a member to an object, or an element to an array, before the index or at the end. */
  void add(String pointer, JsonNode value) {
    operation("add", pointer).set("value", value);
    insert(pointer, value.deepCopy());
  }

  void replace(String pointer, JsonNode value) {
    operation("replace", pointer).set("value", value);
    JsonPointer place = JsonPointer.compile(pointer);
    switch (pod.at(place.head())) {
      case ObjectNode object -> object.set(last(place), value.deepCopy());
      case ArrayNode array -> array.set(index(place), value.deepCopy());
      case JsonNode other -> throw noParent(pointer, other);
    }
  }

  void remove(String pointer) {
    operation("remove", pointer);
    var _ = take(pointer);
  }

  /** Moves an element; the index of {@code to} counts after it was taken away. */
  void move(String from, String to) {
    ObjectNode operation = JsonNodeFactory.instance.objectNode();
    operations.add(operation.put("op", "move").put("from", from).put("path", to));
    insert(to, take(from));
  }

  /** Sets a member of an object that may not be there yet, unless it is equal already. */
  void set(String object, String member, JsonNode value) {
    if (!at(object).isObject()) {
      add(object, JsonNodeFactory.instance.objectNode());
    }
    String pointer = object + "/" + escaped(member);
    JsonNode present = at(pointer);
    if (present.isMissingNode()) {
      add(pointer, value);
    } else if (!present.equals(value)) {
      replace(pointer, value);
    }
  }

  private ObjectNode operation(String name, String pointer) {
    ObjectNode operation = JsonNodeFactory.instance.objectNode();
    operations.add(operation.put("op", name).put("path", pointer));
    return operation;
  }

  private void insert(String pointer, JsonNode value) {
    JsonPointer place = JsonPointer.compile(pointer);
    switch (pod.at(place.head())) {
      case ObjectNode object -> object.set(last(place), value);
      case ArrayNode array when last(place).equals("-") -> array.add(value);
      case ArrayNode array -> array.insert(index(place), value);
      case JsonNode other -> throw noParent(pointer, other);
    }
  }

  private JsonNode take(String pointer) {
    JsonPointer place = JsonPointer.compile(pointer);
    return switch (pod.at(place.head())) {
      case ObjectNode object -> object.remove(last(place));
      case ArrayNode array -> array.remove(index(place));
      case JsonNode other -> throw noParent(pointer, other);
    };
  }

  private static String last(JsonPointer place) {
    return place.last().getMatchingProperty();
  }

  private static int index(JsonPointer place) {
    return place.last().getMatchingIndex();
  }

  private static IllegalStateException noParent(String pointer, JsonNode found) {
    return new IllegalStateException(
        "no object or array above " + pointer + ": " + found.getNodeType());
  }

  private static String escaped(String member) {
    return member.replace("~", "~0").replace("/", "~1");
  }
}
