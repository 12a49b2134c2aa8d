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

  /** Whether the node's stream is open. */
  public boolean connected() {
    return lostAt == null;
  }
}
