// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import org.jspecify.annotations.Nullable;

/** Looks into mappings whose types are not ours to judge. */
final class YamlText {

  private YamlText() {}

  /** The text of a field; empty when there is none. */
  static String of(YamlValue.@Nullable Mapping mapping, String field) {
    return mapping != null
            && mapping.entries().get(field) instanceof YamlValue.Mapping.Entry entry
            && entry.value() instanceof YamlValue.Scalar scalar
            && scalar.kind() == YamlValue.Scalar.Kind.TEXT
        ? scalar.text()
        : "";
  }

  /** The mapping in a field; null when there is none. */
  static YamlValue.@Nullable Mapping mapping(YamlValue.@Nullable Mapping mapping, String field) {
    return mapping != null
            && mapping.entries().get(field) instanceof YamlValue.Mapping.Entry entry
            && entry.value() instanceof YamlValue.Mapping nested
        ? nested
        : null;
  }
}
