// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one object of node metadata strictly; every complaint names its place. */
final class MetadataReader {
  private static final int MAX_TEXT = 253;

  private final String place;
  private final Struct object;
  private final Set<String> asked = new HashSet<>();

  private MetadataReader(String place, Struct object) {
    this.place = place;
    this.object = object;
  }

  static MetadataReader of(String place, Value value) {
    if (!value.hasStructValue()) {
      throw new ProxySpecException(place, "must be an object");
    }
    return new MetadataReader(place, value.getStructValue());
  }

  String string(String key) {
    String text = optionalString(key);
    if (text == null) {
      throw new ProxySpecException(place + "." + key, "missing");
    }
    return text;
  }

  @Nullable String optionalString(String key) {
    Value value = take(key);
    if (value == null) {
      return null;
    }
    if (!value.hasStringValue()) {
      throw new ProxySpecException(place + "." + key, "must be a string");
    }
    if (value.getStringValue().length() > MAX_TEXT) {
      throw new ProxySpecException(place + "." + key, "longer than " + MAX_TEXT + " characters");
    }
    return value.getStringValue();
  }

  /** A whole number that fits in an int. */
  int number(String key) {
    Value value = take(key);
    if (value == null) {
      throw new ProxySpecException(place + "." + key, "missing");
    }
    if (!value.hasNumberValue() || value.getNumberValue() != (int) value.getNumberValue()) {
      throw new ProxySpecException(place + "." + key, "must be a whole number");
    }
    return (int) value.getNumberValue();
  }

  boolean truth(String key) {
    Value value = take(key);
    if (value == null) {
      throw new ProxySpecException(place + "." + key, "missing");
    }
    if (!value.hasBoolValue()) {
      throw new ProxySpecException(place + "." + key, "must be true or false");
    }
    return value.getBoolValue();
  }

  /** An object that is read whole; null when it is absent. */
  <T> @Nullable T optionalObject(String key, Function<MetadataReader, T> read) {
    return take(key) == null ? null : object(key).checked(read);
  }

  MetadataReader object(String key) {
    Value value = take(key);
    if (value == null) {
      throw new ProxySpecException(place + "." + key, "missing");
    }
    return of(place + "." + key, value);
  }

  /** A list of objects, of at least one and at most {@code max}. */
  <T> List<T> objects(String key, int max, Function<MetadataReader, T> read) {
    String listPlace = place + "." + key;
    Value value = take(key);
    if (value == null || !value.hasListValue() || value.getListValue().getValuesCount() == 0) {
      throw new ProxySpecException(listPlace, "must be a list of at least one object");
    }
    List<Value> values = value.getListValue().getValuesList();
    if (values.size() > max) {
      throw new ProxySpecException(listPlace, values.size() + " entries, at most " + max);
    }
    List<T> result = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      MetadataReader entry = of(listPlace + "[" + i + "]", values.get(i));
      result.add(entry.checked(read));
    }
    return result;
  }

  /** A list of texts, of at most {@code max}; empty when it is absent. */
  List<String> strings(String key, int max) {
    String listPlace = place + "." + key;
    Value value = take(key);
    if (value == null) {
      return List.of();
    }
    if (!value.hasListValue() || value.getListValue().getValuesCount() > max) {
      throw new ProxySpecException(listPlace, "must be a list of at most " + max + " strings");
    }
    List<String> result = new ArrayList<>();
    for (Value entry : value.getListValue().getValuesList()) {
      if (!entry.hasStringValue() || entry.getStringValue().length() > MAX_TEXT) {
        throw new ProxySpecException(
            listPlace, "must be strings of at most " + MAX_TEXT + " characters");
      }
      result.add(entry.getStringValue());
    }
    return result;
  }

  /** Reads the whole object; what the reader did not ask for must not be there. */
  <T> T checked(Function<MetadataReader, T> read) {
    T result;
    try {
      result = read.apply(this);
    } catch (IllegalArgumentException e) {
      throw new ProxySpecException(place, e.getMessage() == null ? "invalid" : e.getMessage());
    }
    for (String key : object.getFieldsMap().keySet()) {
      if (!asked.contains(key)) {
        throw new ProxySpecException(place, "unknown key " + shown(key));
      }
    }
    return result;
  }

  /** What a stranger wrote, cut so that a log line stays a line. */
  static String shown(String text) {
    String cut = text.length() > 64 ? text.substring(0, 64) + "…" : text;
    return '"' + cut.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private @Nullable Value take(String key) {
    asked.add(key);
    return object.getFieldsMap().get(key);
  }
}
