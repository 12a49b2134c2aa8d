// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

/** Learns what nodes do. Called on streams' executors; must return at once. */
public interface NodeEvents {

  /** A node is there and waits for its first snapshot. */
  void connected(ConnectedNode node);

  /** A node acknowledged or refused something. */
  void progressed(ConnectedNode node);

  /** A node's stream ended. */
  void disconnected(ConnectedNode node);
}
