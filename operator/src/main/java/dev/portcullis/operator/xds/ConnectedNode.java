// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Role;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One node on one stream. Thread-safe. */
public final class ConnectedNode {
  private final NodeKey key;
  private final Role role;
  private final Node description;
  private final Runnable wake;
  private final HeldResources held = new HeldResources();
  private final AtomicReference<@Nullable XdsSnapshot> wanted = new AtomicReference<>();

  ConnectedNode(NodeKey key, Role role, Node description, Runnable wake) {
    this.key = key;
    this.role = role;
    this.description = description;
    this.wake = wake;
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

  /** Says what the node should hold from now on; only the newest word counts. Returns at once. */
  public void publish(XdsSnapshot snapshot) {
    if (wanted.getAndSet(snapshot) != snapshot) {
      wake.run();
    }
  }

  @Nullable XdsSnapshot wanted() {
    return wanted.get();
  }
}
