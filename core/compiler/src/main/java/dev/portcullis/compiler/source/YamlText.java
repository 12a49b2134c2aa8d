// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import org.jspecify.annotations.Nullable;

/** Looks into mappings whose types are not ours to judge. */
final class YamlText {

  private YamlText() {}

  /** The text of a field; empty when there is none. */
  static String of(YamlValue.@Nullable Mapping mapping, String field) {
    return value(mapping, field) instanceof YamlValue.Scalar scalar
            && scalar.kind() == YamlValue.Scalar.Kind.TEXT
        ? scalar.text()
        : "";
  }

  /** The mapping in a field; null when there is none. */
  static YamlValue.@Nullable Mapping mapping(YamlValue.@Nullable Mapping mapping, String field) {
    return value(mapping, field) instanceof YamlValue.Mapping nested ? nested : null;
  }

  /** Whatever is in a field; null when there is none. */
  static @Nullable YamlValue value(YamlValue.@Nullable Mapping mapping, String field) {
    YamlValue.Mapping.Entry entry = mapping == null ? null : mapping.entries().get(field);
    return entry == null ? null : entry.value();
  }
}
