// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Position;

/** Finds the value that a path names. */
final class YamlPositions {

  private YamlPositions() {}

  static Position.InFile locate(String file, YamlValue document, FieldPath path, int offset) {
    Place place = place(document, path);
    int column = place.column;
    if (place.exact && place.value instanceof YamlValue.Scalar scalar && scalar.shift() >= 0) {
      column += offset > 0 ? offset + scalar.shift() : 0;
    }
    return new Position.InFile(file, place.line, column);
  }

  /**
   * @param exact whether the whole path exists; else {@code value} is the nearest one around it
   */
  private record Place(YamlValue value, int line, int column, boolean exact) {
    static Place of(YamlValue value) {
      return new Place(value, value.line(), value.column(), true);
    }

    Place missing() {
      return new Place(value, line, column, false);
    }
  }

  /** A collection is found at its key, which is what its author sees first; a scalar at itself. */
  private static Place place(YamlValue document, FieldPath path) {
    FieldPath parent = path.parent();
    if (parent == null) {
      return Place.of(document);
    }
    Place around = place(document, parent);
    if (!around.exact) {
      return around;
    }
    return switch (around.value) {
      case YamlValue.Mapping mapping -> {
        YamlValue.Mapping.Entry entry = path.index() ? null : mapping.entries().get(path.step());
        if (entry == null) {
          yield around.missing();
        }
        yield entry.value() instanceof YamlValue.Scalar
            ? Place.of(entry.value())
            : new Place(entry.value(), entry.line(), entry.column(), true);
      }
      case YamlValue.Sequence sequence -> {
        int index = path.index() ? Integer.parseInt(path.step()) : -1;
        yield index < 0 || index >= sequence.elements().size()
            ? around.missing()
            : Place.of(sequence.elements().get(index));
      }
      case YamlValue.Scalar _ -> around.missing();
    };
  }
}
