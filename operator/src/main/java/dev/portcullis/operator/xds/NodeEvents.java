// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

/** Learns what nodes do. Called on streams' executors; must return at once. */
public interface NodeEvents {

  /** Tells two, one after the other. */
  static NodeEvents both(NodeEvents first, NodeEvents second) {
    return new NodeEvents() {
      @Override
      public void connected(ConnectedNode node) {
        first.connected(node);
        second.connected(node);
      }

      @Override
      public void progressed(ConnectedNode node) {
        first.progressed(node);
        second.progressed(node);
      }

      @Override
      public void disconnected(ConnectedNode node) {
        first.disconnected(node);
        second.disconnected(node);
      }
    };
  }

  /** A node is there and waits for its first snapshot. */
  void connected(ConnectedNode node);

  /** A node acknowledged or refused something. */
  void progressed(ConnectedNode node);

  /** A node's stream ended. */
  void disconnected(ConnectedNode node);
}
