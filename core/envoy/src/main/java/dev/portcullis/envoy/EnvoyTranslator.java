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
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.nio.file.Path;
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
      case GatewaySpec gateway -> translate(gateway, routes, Map.of());
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

  /**
   * The configuration of one gateway.
   *
   * @param peers those of its upstreams whose pods can prove who they are; a gateway that cannot
   *     prove who it is itself speaks to them as to others
   */
  public EnvoyResources translate(
      GatewaySpec gateway,
      Map<RouteId, ? extends RoutePlan> routes,
      Map<Upstream, PeerService> peers) {
    List<GuardedUpstream> upstreams = new ArrayList<>();
    List<Cluster> clusters = new ArrayList<>();
    SpiffeId decider = gateway.decider();
    clusters.add(
        decider == null
            ? ExtAuthzCluster.of(gateway.extAuthz())
            : ExtAuthzCluster.of(gateway.extAuthz(), decider));
    for (Upstream upstream : gateway.upstreams()) {
      upstreams.add(GuardedUpstream.of(upstream, routes));
      PeerService peer = decider == null ? null : peers.get(upstream);
      clusters.add(
          peer == null ? UpstreamCluster.of(upstream) : UpstreamCluster.of(upstream, peer));
    }
    boolean alone = upstreams.size() == 1 && gateway.upstreams().getFirst().hosts().isEmpty();
    HostRouting routing = alone ? HostRouting.ANY_HOST : HostRouting.SERVICE_NAMES;
    ConfigSource table = source.of(ResourceKind.ROUTE);
    Path certificate = gateway.certificate();
    return new EnvoyResources(
        List.of(
            certificate == null
                ? GuardedListener.of(GATEWAY, gateway.listen(), table)
                : GuardedListener.of(
                    GATEWAY,
                    gateway.listen(),
                    table,
                    certificate,
                    gateway.clients(),
                    decider == null ? null : decider.trustDomain())),
        List.of(RouteTable.of(GATEWAY, routing, upstreams)),
        clusters);
  }
}
