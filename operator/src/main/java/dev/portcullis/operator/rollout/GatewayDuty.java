// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.ProxySpec;
import dev.portcullis.envoy.ProxySpecException;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.route.GuardedUpstream;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guards the services that it names itself: its identity is one that may. */
final class GatewayDuty implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayDuty.class);

  private final @Nullable GatewaySpec spec;
  private @Nullable List<GuardedUpstream> upstreams;
  private Map<Upstream, PeerService> peers = Map.of();

  GatewayDuty(ConnectedNode node) {
    this.spec = read(node);
  }

  /** A gateway that cannot say what it is for gets nothing, and so never opens its listener. */
  private static @Nullable GatewaySpec read(ConnectedNode node) {
    try {
      return switch (ProxySpec.fromMetadata(node.description().getMetadata())) {
        case GatewaySpec gateway -> gateway;
      };
    } catch (ProxySpecException e) {
      LOG.atWarn()
          .addKeyValue("node", node.key())
          .addKeyValue("error", e.getMessage())
          .log("proxy describes itself wrongly and gets no configuration");
      return null;
    }
  }

  @Override
  public boolean changed(Aim aim) {
    if (spec == null) {
      return false;
    }
    // All that a gateway's configuration is made of.
    List<GuardedUpstream> now =
        spec.upstreams().stream()
            .map(upstream -> GuardedUpstream.of(upstream, aim.routes()))
            .toList();
    Map<Upstream, PeerService> peersNow = aim.peers(spec);
    boolean changed = !now.equals(upstreams) || !peersNow.equals(peers);
    upstreams = now;
    peers = peersNow;
    return changed;
  }

  @Override
  public XdsSnapshot translate(Aim aim) {
    return spec == null ? XdsSnapshot.EMPTY : aim.of(spec);
  }

  @Override
  public SortedSet<RouteId> serves() {
    SortedSet<RouteId> routes = new TreeSet<>();
    if (upstreams != null) {
      upstreams.forEach(upstream -> routes.add(upstream.guard().route()));
    }
    return routes;
  }
}
