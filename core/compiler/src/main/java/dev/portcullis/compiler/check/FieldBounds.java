// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import io.fabric8.generator.annotation.Required;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One field of a custom resource's type.
 *
 * @param elements bounds of the elements of a list, or of the values of a map
 */
record FieldBounds(String name, Method accessor, boolean required, Bounds bounds, Bounds elements) {
  private static final Map<Class<?>, List<FieldBounds>> KNOWN = new ConcurrentHashMap<>();

  /** The fields of a record; found once. */
  static List<FieldBounds> of(Class<?> type) {
    return KNOWN.computeIfAbsent(type, FieldBounds::introspect);
  }

  /** The field's value. */
  @Nullable Object read(Record record) {
    try {
      return accessor.invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a record without public accessors: " + accessor, e);
    }
  }

  private static List<FieldBounds> introspect(Class<?> type) {
    List<FieldBounds> out = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Field field = field(type, component);
      out.add(
          new FieldBounds(
              component.getName(),
              component.getAccessor(),
              field.isAnnotationPresent(Required.class),
              Bounds.of(field),
              elements(field.getAnnotatedType())));
    }
    return List.copyOf(out);
  }

  private static Field field(Class<?> type, RecordComponent component) {
    try {
      return type.getDeclaredField(component.getName());
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("a record component without a field: " + component, e);
    }
  }

  private static Bounds elements(AnnotatedType type) {
    if (type instanceof AnnotatedParameterizedType parameterized) {
      AnnotatedType[] arguments = parameterized.getAnnotatedActualTypeArguments();
      return Bounds.of(arguments[arguments.length - 1]);
    }
    return new Bounds(null, null, null, null);
  }
}
