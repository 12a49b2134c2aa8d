// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Position;
import dev.portcullis.policy.plan.PolicyRef;

/** Where a resource came from: turns a path inside of it into a position that people can find. */
public sealed interface Origin {

  /**
   * The position of a value, or of the nearest value around it that exists.
   *
   * @param offset characters into a text, 0 for the whole value
   */
  Position locate(PolicyRef resource, FieldPath path, int offset);

  /** The API server: positions are JSONPath. */
  record Cluster() implements Origin {
    @Override
    public Position locate(PolicyRef resource, FieldPath path, int offset) {
      return new Position.InResource(resource.toString(), path);
    }
  }

  /** A document of a file: positions are line and column. */
  record InFile(String file, YamlValue document) implements Origin {
    @Override
    public Position locate(PolicyRef resource, FieldPath path, int offset) {
      return YamlPositions.locate(file, document, path, offset);
    }
  }
}
