// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.envoy.cluster.ExtAuthzCluster;
import dev.portcullis.envoy.cluster.LocalClusters;
import dev.portcullis.envoy.cluster.PeerCluster;
import dev.portcullis.envoy.cluster.UpstreamCluster;
import dev.portcullis.envoy.listener.GuardedListener;
import dev.portcullis.envoy.listener.InboundListeners;
import dev.portcullis.envoy.listener.OutboundListeners;
import dev.portcullis.envoy.route.GuardedUpstream;
import dev.portcullis.envoy.route.HostRouting;
import dev.portcullis.envoy.route.RouteTable;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns a plan into the configuration of one Envoy: whom to ask, about which route. Pure, total and
 * deterministic.
 *
 * <p>A listener depends on its proxy only and never on the plan: Envoy replaces a listener that
 * changes and lets connections that are open live on under the old one, so whatever a policy
 * changes stands in the routes, which Envoy swaps for every stream that starts.
 *
 * @param source where the proxy will get its routes from
 */
public record EnvoyTranslator(XdsSource source) {
  /** The name of a gateway's one listener, and of its routes. */
  public static final String GATEWAY = "gateway";

  /**
   * The configuration of one proxy.
   *
   * @param routes by their ids; a service without one stays closed, as the decision service refuses
   *     what it has no plan for
   */
  public EnvoyResources translate(ProxySpec proxy, Map<RouteId, ? extends RoutePlan> routes) {
    return switch (proxy) {
      case GatewaySpec gateway -> gateway(gateway, routes);
    };
  }

  /** The configuration of one sidecar. */
  public EnvoyResources translate(SidecarSpec spec) {
    List<Cluster> clusters = new ArrayList<>();
    List<RouteConfiguration> routes = new ArrayList<>();
    List<Listener> listeners = new ArrayList<>();
    clusters.add(ExtAuthzCluster.of(spec.extAuthz(), spec.decider()));
    spec.peers().forEach(peer -> clusters.add(PeerCluster.of(peer, spec.interception())));
    switch (spec.interception()) {
      case REDIRECT -> {
        clusters.add(LocalClusters.passThrough());
        clusters.add(LocalClusters.nowhere());
        clusters.add(LocalClusters.redirected(Upstream.Protocol.HTTP1));
        clusters.add(LocalClusters.redirected(Upstream.Protocol.HTTP2));
        spec.ports()
            .forEach(port ->
                routes.add(RouteTable.of(port, LocalClusters.redirectedName(port.protocol()))));
        listeners.add(InboundListeners.redirected(spec, source.of(ResourceKind.ROUTE)));
        listeners.add(OutboundListeners.redirected(spec));
      }
      case REWRITE -> {
        spec.ports()
            .forEach(port -> {
              clusters.add(LocalClusters.moved(port));
              routes.add(RouteTable.of(port, LocalClusters.movedName(port)));
            });
        routes.add(RouteTable.egress(OutboundListeners.EGRESS, spec.peers()));
        listeners.addAll(InboundListeners.moved(spec, source.of(ResourceKind.ROUTE)));
        listeners.add(OutboundListeners.egress(source.of(ResourceKind.ROUTE)));
      }
    }
    return new EnvoyResources(listeners, routes, clusters);
  }

  private EnvoyResources gateway(GatewaySpec gateway, Map<RouteId, ? extends RoutePlan> routes) {
    List<GuardedUpstream> upstreams = new ArrayList<>();
    List<Cluster> clusters = new ArrayList<>();
    clusters.add(ExtAuthzCluster.of(gateway.extAuthz()));
    for (Upstream upstream : gateway.upstreams()) {
      upstreams.add(GuardedUpstream.of(upstream, routes));
      clusters.add(UpstreamCluster.of(upstream));
    }
    HostRouting routing = upstreams.size() == 1 ? HostRouting.ANY_HOST : HostRouting.SERVICE_NAMES;
    return new EnvoyResources(
        List.of(GuardedListener.of(GATEWAY, gateway.listen(), source.of(ResourceKind.ROUTE))),
        List.of(RouteTable.of(GATEWAY, routing, upstreams)),
        clusters);
  }
}
