// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * An API key as the commands of Valkey and Redis that put it into the store of decision services.
 * What a resource may hold needs no escape in them.
 */
final class StoredKeyLines {
  private StoredKeyLines() {}

  /**
   * The commands, one a line.
   *
   * @param fields those of an ApiKey's spec, the key's id among them
   */
  static String of(
      String namespace, String name, Map<String, Object> fields, Map<String, String> labels) {
    String id = namespace + ":" + fields.get("id");
    String key = "portcullis:key:" + id;
    StringJoiner set = new StringJoiner(" ", "HSET " + key + " ", "\n");
    set.add("name").add(quoted(name));
    fields.forEach((field, value) -> {
      if (!field.equals("id")) {
        set.add(field)
            .add(quoted(value instanceof List<?> list ? joined(list) : String.valueOf(value)));
      }
    });
    labels.forEach((label, value) -> set.add("label:" + label).add(quoted(value)));
    StringBuilder lines = new StringBuilder(set.toString());
    if (fields.get("expires") instanceof String end) {
      lines
          .append("EXPIREAT ")
          .append(key)
          .append(' ')
          .append(Instant.parse(end).getEpochSecond())
          .append('\n');
    }
    return lines.append("PUBLISH portcullis:keys ").append(id).append('\n').toString();
  }

  private static String joined(List<?> values) {
    StringJoiner all = new StringJoiner(" ");
    values.forEach(value -> all.add(String.valueOf(value)));
    return all.toString();
  }

  private static String quoted(String value) {
    if (value.indexOf('"') >= 0 || value.indexOf('\\') >= 0) {
      throw new IllegalArgumentException("a value that no resource may hold");
    }
    return '"' + value + '"';
  }
}
