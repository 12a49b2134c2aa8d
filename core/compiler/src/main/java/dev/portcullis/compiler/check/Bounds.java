// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.lang.reflect.AnnotatedElement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of one value.
 *
 * @param size of a text in characters, of a list or a map in elements
 * @param pattern that a text must match whole; null: any
 */
record Bounds(
    @Nullable Size size,
    @Nullable Min min,
    @Nullable Max max,
    java.util.regex.@Nullable Pattern pattern) {

  /** What a field, or the type of a list's elements, declares. */
  static Bounds of(AnnotatedElement element) {
    Pattern pattern = element.getAnnotation(Pattern.class);
    return new Bounds(
        element.getAnnotation(Size.class),
        element.getAnnotation(Min.class),
        element.getAnnotation(Max.class),
        pattern == null ? null : java.util.regex.Pattern.compile(pattern.value()));
  }

  /** What is wrong with a value, as the rest of a sentence; empty when nothing is. */
  String violation(Object value) {
    return switch (value) {
      case String text -> sized(text.codePointCount(0, text.length()), value);
      case List<?> list -> sized(list.size(), value);
      case Map<?, ?> map -> sized(map.size(), value);
      case Number number -> ranged(number.doubleValue()) ? "" : "is " + number;
      default -> "";
    };
  }

  /** What it may be. */
  String described(Object value) {
    if (value instanceof Number) {
      return "write a number "
          + (min == null ? "" : "from " + plain(min.value()))
          + (max == null ? "" : " to " + plain(max.value()));
    }
    return size == null
        ? "shorten it"
        : "keep it to " + size.min() + " to " + size.max() + " " + unit(value);
  }

  boolean matches(String text) {
    return pattern == null || pattern.matcher(text).find();
  }

  private String sized(long length, Object value) {
    return size == null || (length >= size.min() && length <= size.max())
        ? ""
        : "has " + length + " " + unit(value);
  }

  private static String unit(Object value) {
    return value instanceof String ? "characters" : "elements";
  }

  private boolean ranged(double number) {
    return (min == null || number >= min.value()) && (max == null || number <= max.value());
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
