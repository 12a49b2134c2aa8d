// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One proxy, and what it should hold. Used by one thread. */
final class Proxy {
  private final ConnectedNode node;
  private final Duty duty;
  private @Nullable Aim aimedAt;
  private @Nullable XdsSnapshot wanted;
  private SortedSet<RouteId> serves = new TreeSet<>();

  Proxy(ConnectedNode node) {
    this.node = node;
    this.duty = node.role() == Role.SIDECAR ? new SidecarDuty(node) : new GatewayDuty(node);
  }

  /**
   * Says what the proxy should hold from now on; {@link #publish} sends it. Most of what changes in
   * plans means nothing to Envoy, and then nothing is translated.
   */
  @SuppressWarnings("ReferenceEquality") // another compilation is another aim
  void aim(Aim aim) {
    if (aimedAt == aim) {
      return;
    }
    aimedAt = aim;
    if (duty.changed(aim)) {
      wanted = duty.translate(aim);
      serves = duty.serves();
    }
  }

  /** Sends what there is. A proxy of which nothing is known gets nothing, and opens nothing. */
  void publish() {
    if (wanted != null) {
      node.publish(wanted);
    }
  }

  ConnectedNode node() {
    return node;
  }

  XdsSnapshot wanted() {
    return wanted == null ? XdsSnapshot.EMPTY : wanted;
  }

  /** The routes that it asks decisions for. */
  SortedSet<RouteId> serves() {
    return serves;
  }
}
