// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Role;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** One node on one stream, which may be another operator's. Thread-safe. */
public final class ConnectedNode {
  private final NodeKey key;
  private final Role role;
  private final Node description;
  private final Runnable wake;
  private final HeldResources held = new HeldResources();
  private final Observed observed = new Observed();
  private final Set<ResourceType> reads = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Wanted> wanted = new AtomicReference<>(Wanted.NOTHING_YET);

  ConnectedNode(NodeKey key, Role role, Node description, Runnable wake) {
    this.key = key;
    this.role = role;
    this.description = description;
    this.wake = wake;
  }

  /** A node whose stream is another operator's: whatever is published to it goes nowhere. */
  public static ConnectedNode elsewhere(NodeKey key, Role role, Node description) {
    return new ConnectedNode(key, role, description, () -> {});
  }

  public NodeKey key() {
    return key;
  }

  public Role role() {
    return role;
  }

  /** What the node says about itself: its version, its metadata. */
  public Node description() {
    return description;
  }

  /** What the node acknowledged and refused. */
  public HeldResources held() {
    return held;
  }

  /** What the node said that it saw. */
  public Observed observed() {
    return observed;
  }

  /** Whether the node ever asked for resources of the type, on this stream. */
  public boolean reads(ResourceType type) {
    return reads.contains(type);
  }

  void nowReads(ResourceType type) {
    reads.add(type);
  }

  /**
   * Says what the node should hold from now on, but for the secrets that prove who it is; only the
   * newest word counts. Returns at once.
   */
  public void publish(XdsSnapshot snapshot) {
    change(now -> now.with(snapshot));
  }

  /**
   * Says by what secrets the node proves who it is from now on; only the newest word counts.
   * Returns at once.
   */
  public void publishCredentials(Credentials credentials) {
    change(now -> now.with(credentials));
  }

  private void change(UnaryOperator<Wanted> change) {
    Wanted before = wanted.getAndUpdate(change);
    if (wanted.get() != before) {
      wake.run();
    }
  }

  Wanted wanted() {
    return wanted.get();
  }
}
