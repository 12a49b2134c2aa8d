// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** What all proxies together should come to. Used by one thread. */
final class Aim {
  private final SortedMap<RouteId, RoutePlan> routes;
  private final FleetPlan fleet;
  private final EnvoyTranslator translator;

  /** Pods that are alike share one specification, and so one translation. */
  private final IdentityHashMap<SidecarSpec, XdsSnapshot> sidecars = new IdentityHashMap<>();

  Aim(SortedMap<RouteId, RoutePlan> routes, FleetPlan fleet, EnvoyTranslator translator) {
    this.routes = Collections.unmodifiableSortedMap(routes);
    this.fleet = fleet;
    this.translator = translator;
  }

  SortedMap<RouteId, RoutePlan> routes() {
    return routes;
  }

  FleetPlan fleet() {
    return fleet;
  }

  XdsSnapshot of(GatewaySpec gateway) {
    return snapshot(translator.translate(gateway, routes, peers(gateway)));
  }

  /** Those of a gateway's upstreams whose pods can prove who they are. */
  Map<Upstream, PeerService> peers(GatewaySpec gateway) {
    Map<Upstream, PeerService> peers = new HashMap<>();
    for (Upstream upstream : gateway.upstreams()) {
      for (PeerService peer : fleet.peers()) {
        if (peer.namespace().equals(upstream.namespace())
            && peer.service().equals(upstream.service())
            && peer.port() == upstream.address().port()) {
          peers.put(upstream, peer);
        }
      }
    }
    return peers;
  }

  XdsSnapshot of(SidecarSpec sidecar) {
    XdsSnapshot known = sidecars.get(sidecar);
    if (known == null) {
      known = snapshot(translator.translate(sidecar));
      sidecars.put(sidecar, known);
    }
    return known;
  }

  private static XdsSnapshot snapshot(EnvoyResources resources) {
    XdsSnapshot snapshot = XdsSnapshot.EMPTY;
    for (ResourceKind kind : ResourceKind.values()) {
      ResourceType type = type(kind);
      List<XdsResource> all =
          resources.of(kind).entrySet().stream()
              .map(entry -> XdsResource.of(type, entry.getKey(), entry.getValue()))
              .toList();
      snapshot = snapshot.with(type, all);
    }
    return snapshot;
  }

  private static ResourceType type(ResourceKind kind) {
    return switch (kind) {
      case CLUSTER -> ResourceType.CLUSTER;
      case ROUTE -> ResourceType.ROUTES;
      case LISTENER -> ResourceType.LISTENER;
    };
  }
}
