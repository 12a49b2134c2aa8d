// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.store.key.KeyRecords;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * An API key as the commands of Valkey and Redis that put it into the store of decision services.
 */
final class StoredKeyLines {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9:._/-]+");

  private StoredKeyLines() {}

  /**
   * The commands, one a line.
   *
   * @param fields those of an ApiKey's spec, the key's id among them
   */
  static String of(
      String namespace, String name, Map<String, Object> fields, Map<String, String> labels) {
    String id = String.valueOf(fields.get("id"));
    StringJoiner set = new StringJoiner(" ", "HSET " + place(namespace, id) + " ", "\n");
    set.add("name").add(quoted(name));
    fields.forEach((field, value) -> {
      if (!field.equals("id")) {
        set.add(field)
            .add(quoted(value instanceof List<?> list ? joined(list) : String.valueOf(value)));
      }
    });
    labels.forEach((label, value) -> set.add(word("label:" + label)).add(quoted(value)));
    String end = fields.get("expires") instanceof String time ? time : null;
    return set + (end == null ? "" : gone(namespace, id, Instant.parse(end))) + told(namespace, id);
  }

  /** The commands that let a key end at a time. */
  static String ending(String namespace, String id, Instant end) {
    return "HSET "
        + place(namespace, id)
        + " expires "
        + quoted(end.toString())
        + "\n"
        + gone(namespace, id, end)
        + told(namespace, id);
  }

  private static String gone(String namespace, String id, Instant end) {
    return "EXPIREAT " + place(namespace, id) + " " + end.getEpochSecond() + "\n";
  }

  private static String told(String namespace, String id) {
    return "PUBLISH " + KeyRecords.CHANNEL + " " + word(KeyRecords.name(namespace, id)) + "\n";
  }

  private static String place(String namespace, String id) {
    return word(KeyRecords.place(namespace, id));
  }

  /** What came out of a store may hold anything; what is sent to it must not be a command more. */
  private static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : quoted(text);
  }

  private static String joined(List<?> values) {
    StringJoiner all = new StringJoiner(" ");
    values.forEach(value -> all.add(String.valueOf(value)));
    return all.toString();
  }

  /** As {@code valkey-cli} reads words with blanks in them. */
  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    value
        .chars()
        .forEach(c -> {
          if (c < ' ' || c == 127) {
            // Whatever it is, it is to end no line.
            quoted.append("\\x%02x".formatted(c));
          } else {
            quoted.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
          }
        });
    return quoted.append('"').toString();
  }
}
