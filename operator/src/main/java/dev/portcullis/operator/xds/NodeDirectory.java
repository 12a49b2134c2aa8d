// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The nodes that count. A node that disconnects is remembered for {@link #REMEMBERED}, so that one
 * that reconnects does not vanish from status for a moment, and one that died shows as lagging
 * before it is forgotten.
 */
public final class NodeDirectory {
  /** How long a node counts after its stream ended. */
  public static final Duration REMEMBERED = Duration.ofSeconds(60);

  private final ConcurrentMap<NodeKey, Registration> nodes = new ConcurrentHashMap<>();
  private final NodeEvents events;
  private final Clock clock;

  public NodeDirectory(NodeEvents events, Clock clock) {
    this.events = events;
    this.clock = clock;
  }

  /** The nodes of a role, by key. */
  public List<Registration> registered(Role role) {
    forgetLost();
    return nodes.values().stream()
        .filter(registration -> registration.node().role() == role)
        .sorted(Comparator.comparing(registration -> registration.node().key()))
        .toList();
  }

  /** The nodes of a role whose streams are open, by key. */
  public List<ConnectedNode> connected(Role role) {
    return registered(role).stream()
        .filter(Registration::connected)
        .map(Registration::node)
        .toList();
  }

  /**
   * The newest stream of a node is the one that counts.
   *
   * @param most how many nodes the identity may have, those that were lost a moment ago included
   * @return whether the node counts from now on; not when its identity has too many already
   */
  boolean connect(ConnectedNode node, int most) {
    forgetLost();
    NodeKey key = node.key();
    long others =
        nodes.keySet().stream()
            .filter(each -> each.identity().equals(key.identity()) && !each.equals(key))
            .count();
    if (others >= most) {
      return false;
    }
    nodes.put(key, new Registration(node, null));
    events.connected(node);
    return true;
  }

  void progress(ConnectedNode node) {
    events.progressed(node);
  }

  void disconnect(ConnectedNode node) {
    nodes.computeIfPresent(
        node.key(),
        (key, current) ->
            current.node() == node ? new Registration(node, clock.instant()) : current);
    forgetLost();
    events.disconnected(node);
  }

  private void forgetLost() {
    Instant horizon = clock.instant().minus(REMEMBERED);
    nodes.values().removeIf(r -> r.lostAt() != null && r.lostAt().isBefore(horizon));
  }
}
