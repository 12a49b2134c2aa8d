// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import java.util.Set;

/**
 * Which namespaces the operator looks after.
 *
 * @param namespaces empty: all
 * @param installation where Portcullis is installed; policies there may select other namespaces, if
 *     the operator looks after it
 */
public record Scope(Set<String> namespaces, String installation) {

  public Scope {
    namespaces = Set.copyOf(namespaces);
  }

  boolean everywhere() {
    return namespaces.isEmpty();
  }
}
