// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.util.List;

/**
 * One response's content.
 *
 * @param removed names that the client must drop, or that it asked for and that do not exist
 */
record Delta(List<XdsResource> changed, List<String> removed) {
  static final Delta NONE = new Delta(List.of(), List.of());

  Delta {
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  boolean isEmpty() {
    return changed.isEmpty() && removed.isEmpty();
  }
}
