// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.fleet.PodName;
import dev.portcullis.operator.identity.BoundPod;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Guards the pod that its token is bound to; what it says of itself is not asked. */
final class SidecarDuty implements Duty {
  private final @Nullable PodName pod;
  private @Nullable SidecarSpec spec;

  SidecarDuty(ConnectedNode node) {
    this.pod = podOf(node.key().identity());
  }

  /** The pod that an identity proved to be in; null: none. */
  static @Nullable PodName podOf(Identity identity) {
    BoundPod bound = identity.pod();
    return bound == null
        ? null
        : identity
            .serviceAccount()
            .map(account -> new PodName(account.namespace(), bound.name(), bound.uid()))
            .orElse(null);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // specifications are shared; comparing them costs more
  public boolean changed(Aim aim) {
    SidecarSpec now = pod == null ? null : aim.fleet().sidecars().get(pod);
    // A pod that is gone keeps what it has until its connection ends.
    if (now == null || now == spec) {
      return false;
    }
    boolean changed = !now.equals(spec);
    spec = now;
    return changed;
  }

  @Override
  public XdsSnapshot translate(Aim aim) {
    return spec == null ? XdsSnapshot.EMPTY : aim.of(spec);
  }

  @Override
  public SortedSet<RouteId> serves() {
    return spec == null ? new TreeSet<>() : routes(spec);
  }

  /** The routes that a sidecar asks decisions for. */
  static SortedSet<RouteId> routes(SidecarSpec spec) {
    SortedSet<RouteId> routes = new TreeSet<>();
    for (SidecarPort port : spec.ports()) {
      RouteGuard guard = port.guard();
      if (guard != null) {
        routes.add(guard.route());
      }
    }
    return routes;
  }
}
