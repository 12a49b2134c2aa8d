// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The nodes that count, here and at other operators. A node that disconnects is remembered for
 * {@link #REMEMBERED}, so that one that reconnects does not vanish from status for a moment, and
 * one that died shows as lagging before it is forgotten. One that says that it is done is forgotten
 * at once: nobody waits for what was replaced.
 */
public final class NodeDirectory {
  /** How long a node counts after its stream ended. */
  public static final Duration REMEMBERED = Duration.ofSeconds(60);

  private final ConcurrentMap<NodeKey, Registration> nodes = new ConcurrentHashMap<>();
  private final List<NodeEvents> listeners = new CopyOnWriteArrayList<>();
  private final Elsewhere elsewhere;
  private final Clock clock;

  /** All nodes are here. */
  public NodeDirectory(NodeEvents events, Clock clock) {
    this(events, Elsewhere.NOWHERE, clock);
  }

  /**
   * @param events learns of nodes that are here
   * @param elsewhere the nodes that are not
   */
  public NodeDirectory(NodeEvents events, Elsewhere elsewhere, Clock clock) {
    this.listeners.add(events);
    this.elsewhere = elsewhere;
    this.clock = clock;
  }

  /** Has somebody told of nodes that are here, from now on. */
  public void listen(NodeEvents events) {
    listeners.add(events);
  }

  /** The nodes of a role, by key, wherever they are connected. */
  public List<Registration> registered(Role role) {
    Map<NodeKey, Registration> found = new TreeMap<>();
    for (Registration registration : local(role)) {
      found.put(registration.node().key(), registration);
    }
    for (Registration registration : elsewhere.nodes()) {
      if (registration.node().role() == role) {
        found.merge(registration.node().key(), registration, Registration::better);
      }
    }
    return List.copyOf(found.values());
  }

  /** The nodes of a role whose streams are, or were, here. */
  public List<Registration> local(Role role) {
    forgetLost();
    return nodes.values().stream()
        .filter(registration -> registration.node().role() == role)
        .toList();
  }

  /** Operators that do not say what their nodes hold; see {@link Elsewhere#unheard}. */
  public SortedSet<String> unheard(Duration longerThan) {
    return elsewhere.unheard(longerThan);
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
    listeners.forEach(events -> events.connected(node));
    return true;
  }

  void progress(ConnectedNode node) {
    listeners.forEach(events -> events.progressed(node));
  }

  void disconnect(ConnectedNode node) {
    nodes.computeIfPresent(
        node.key(),
        (key, current) ->
            current.node() == node ? new Registration(node, clock.instant()) : current);
    forgetLost();
    listeners.forEach(events -> events.disconnected(node));
  }

  /** A node says that it is done, and decides nothing any more. */
  void leave(ConnectedNode node) {
    nodes.computeIfPresent(node.key(), (_, current) -> current.node() == node ? null : current);
    listeners.forEach(events -> events.disconnected(node));
  }

  private void forgetLost() {
    Instant horizon = clock.instant().minus(REMEMBERED);
    nodes.values().removeIf(r -> r.lostAt() != null && r.lostAt().isBefore(horizon));
  }
}
