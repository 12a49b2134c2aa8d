// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A node that counts: it is connected, or was a moment ago.
 *
 * @param lostAt when its stream ended; null: it is connected
 */
public record Registration(ConnectedNode node, @Nullable Instant lostAt) {

  /** Of two that speak of one node: this one, unless only the other's stream is open or newer. */
  public Registration better(Registration other) {
    if (lostAt == null) {
      return this;
    }
    return other.lostAt == null || other.lostAt.isAfter(lostAt) ? other : this;
  }

  /** Whether the node's stream is open. */
  public boolean connected() {
    return lostAt == null;
  }
}
