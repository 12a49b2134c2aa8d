// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.generator.annotation.Size;
import java.lang.reflect.RecordComponent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a Java type looks like in YAML, as Jackson would bind it. */
sealed interface Shape {
  /** Binds what {@link TypedReader} read; it never meets a field that it does not know. */
  ObjectMapper MAPPER = JsonMapper.builder().build();

  /** Anything at all. */
  record Any() implements Shape {}

  /** An object with known fields. */
  record Bean(Map<String, Field> fields) implements Shape {}

  /**
   * One of them.
   *
   * @param mayBeEmpty whether a list or a map may be written out and yet be empty
   */
  record Field(JavaType type, boolean mayBeEmpty) {}

  /** An object with free keys. */
  record Dictionary(JavaType content) implements Shape {}

  /** A list. */
  record Listing(JavaType content) implements Shape {}

  /** One of some words. */
  record Choice(List<String> choices) implements Shape {}

  /** Text. */
  record Text() implements Shape {}

  /** A whole number. */
  record Whole(long least, long most) implements Shape {}

  /** A number. */
  record Decimal() implements Shape {}

  /** True or false. */
  record Truth() implements Shape {}

  /** The shape of a type; computed once. */
  static Shape of(JavaType type) {
    return Cache.SHAPES.computeIfAbsent(type, Cache::introspect);
  }

  /** The shape's Java type. */
  static JavaType type(Class<?> type) {
    return MAPPER.constructType(type);
  }

  /** Shapes by type; as many as our resources have types. */
  final class Cache {
    private static final Map<JavaType, Shape> SHAPES = new ConcurrentHashMap<>();

    private static final RecordComponent[] NONE = {};

    private Cache() {}

    private static Shape introspect(JavaType type) {
      Class<?> raw = type.getRawClass();
      if (type.isMapLikeType()) {
        return new Dictionary(type.getContentType());
      } else if (type.isCollectionLikeType()) {
        return new Listing(type.getContentType());
      } else if (type.isEnumType()) {
        return new Choice(
            Stream.of(raw.getEnumConstants())
                .map(constant -> MAPPER.convertValue(constant, String.class))
                .toList());
      } else if (raw == Object.class || JsonNode.class.isAssignableFrom(raw)) {
        return new Any();
      } else if (CharSequence.class.isAssignableFrom(raw)) {
        return new Text();
      } else if (raw == Boolean.class || raw == boolean.class) {
        return new Truth();
      } else if (raw == Long.class || raw == long.class) {
        return new Whole(Long.MIN_VALUE, Long.MAX_VALUE);
      } else if (raw == Integer.class || raw == int.class) {
        return new Whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
      } else if (raw == Double.class || raw == double.class) {
        return new Decimal();
      }
      return new Bean(fields(type));
    }

    private static Map<String, Field> fields(JavaType type) {
      Map<String, Field> fields = new LinkedHashMap<>();
      for (BeanPropertyDefinition property :
          MAPPER.getDeserializationConfig().introspect(type).findProperties()) {
        Size size = size(type.getRawClass(), property.getName());
        boolean mayBeEmpty = size == null || size.min() <= 0;
        fields.put(property.getName(), new Field(property.getPrimaryType(), mayBeEmpty));
      }
      return Collections.unmodifiableMap(fields);
    }

    /** Our own types are records, whose components are named as their properties. */
    private static @Nullable Size size(Class<?> type, String name) {
      for (RecordComponent component : type.isRecord() ? type.getRecordComponents() : NONE) {
        if (component.getName().equals(name)) {
          return component.getAccessor().getAnnotation(Size.class);
        }
      }
      return null;
    }
  }
}
