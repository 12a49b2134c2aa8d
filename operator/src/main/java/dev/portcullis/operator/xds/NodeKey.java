// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Identity;

/**
 * Names a node: the identity it proved and, within that, the id it gives itself. A node can thus
 * never speak for another identity's.
 */
public record NodeKey(Identity identity, String id) implements Comparable<NodeKey> {

  @Override
  public int compareTo(NodeKey other) {
    int byIdentity = identity.username().compareTo(other.identity.username());
    return byIdentity != 0 ? byIdentity : id.compareTo(other.id);
  }

  /** For people: the id alone. */
  @Override
  public String toString() {
    return id;
  }
}
