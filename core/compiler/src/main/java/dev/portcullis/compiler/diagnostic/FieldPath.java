// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a value stands inside its resource; written as JSONPath (RFC 9535).
 *
 * @param parent null: this is the whole resource
 * @param step field name, or decimal index
 * @param index whether {@code step} is an index
 */
public record FieldPath(@Nullable FieldPath parent, String step, boolean index) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** The whole resource, {@code $}. */
  public static final FieldPath ROOT = new FieldPath(null, "$", false);

  /** Its specification, {@code $.spec}. */
  public static final FieldPath SPEC = ROOT.field("spec");

  /** Its name, {@code $.metadata.name}. */
  public static final FieldPath NAME = ROOT.field("metadata").field("name");

  /** A field of the object that stands here. */
  public FieldPath field(String name) {
    return new FieldPath(this, name, false);
  }

  /** An element of the list that stands here, counted from 0. */
  public FieldPath at(int position) {
    return new FieldPath(this, Integer.toString(position), true);
  }

  /** JSONPath, such as {@code $.spec.limits[0].key[1]}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    write(out);
    return out.toString();
  }

  private void write(StringBuilder out) {
    if (parent == null) {
      out.append(step);
      return;
    }
    parent.write(out);
    if (index) {
      out.append('[').append(step).append(']');
    } else if (PLAIN.matcher(step).matches()) {
      out.append('.').append(step);
    } else {
      out.append("['").append(step.replace("\\", "\\\\").replace("'", "\\'")).append("']");
    }
  }
}
