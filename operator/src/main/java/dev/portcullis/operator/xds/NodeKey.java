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
    if (byIdentity != 0) {
      return byIdentity;
    }
    int byId = id.compareTo(other.id);
    return byId != 0 ? byId : podUid().compareTo(other.podUid());
  }

  private String podUid() {
    return identity.pod() == null ? "" : identity.pod().uid();
  }

  /** For people: the id alone. */
  @Override
  public String toString() {
    return id;
  }
}
