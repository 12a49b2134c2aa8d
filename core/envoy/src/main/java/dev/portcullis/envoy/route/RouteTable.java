// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.route;

import com.google.protobuf.Any;
import dev.portcullis.envoy.cluster.UpstreamCluster;
import dev.portcullis.envoy.filter.FilterOrder;
import dev.portcullis.envoy.filter.FilterStep;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The routes of one listener: a virtual host for each upstream, and 404 for the rest. */
public final class RouteTable {
  private static final String UNKNOWN_HOST = "unknown-host";
  private static final RouteMatch EVERYTHING = RouteMatch.newBuilder().setPrefix("/").build();

  private RouteTable() {}

  /** The table, in the order of its upstreams' names whatever the order of the list. */
  public static RouteConfiguration of(
      String name, HostRouting routing, List<GuardedUpstream> upstreams) {
    RouteConfiguration.Builder table = RouteConfiguration.newBuilder().setName(name);
    upstreams.stream()
        .sorted(Comparator.comparing(guarded -> guarded.upstream().sectionRoute()))
        .forEach(guarded -> table.addVirtualHosts(virtualHost(routing, guarded)));
    switch (routing) {
      case ANY_HOST -> {}
      case SERVICE_NAMES -> table.addVirtualHosts(unknownHost());
    }
    List<RouteGuard> guards = upstreams.stream().map(GuardedUpstream::guard).toList();
    FilterOrder.STEPS.forEach(
        step -> table.putAllTypedPerFilterConfig(sorted(step.onTable(guards))));
    return table.build();
  }

  /** The routes of one port of a sidecar: there is one way, whatever the Host. */
  public static RouteConfiguration of(SidecarPort port, String cluster) {
    RouteGuard guard = port.guard();
    RouteConfiguration.Builder table = RouteConfiguration.newBuilder().setName(port.name());
    Route.Builder route = guard == null ? forward("unguarded", cluster) : guarded(guard, cluster);
    // Only a guard may say that an answer is its own, and here stands none behind this one.
    route.addResponseHeadersToRemove(CheckNames.ACTED_HEADER);
    for (FilterStep step : FilterOrder.STEPS) {
      table.putAllTypedPerFilterConfig(
          sorted(step.onTable(guard == null ? List.of() : List.of(guard))));
      if (guard == null) {
        route.putAllTypedPerFilterConfig(sorted(step.onUnguarded()));
      }
    }
    return table
        .addVirtualHosts(
            VirtualHost.newBuilder().setName(port.name()).addDomains("*").addRoutes(route))
        .build();
  }

  /** The routes of calls that leave: by the names of Services; nothing else is known. */
  public static RouteConfiguration egress(String name, List<PeerService> peers) {
    RouteConfiguration.Builder table = RouteConfiguration.newBuilder().setName(name);
    Set<String> taken = new HashSet<>();
    for (PeerService peer : peers) {
      String host = peer.service() + "." + peer.namespace();
      VirtualHost.Builder virtualHost = VirtualHost.newBuilder().setName(peer.name());
      for (String spelling : List.of(host, host + ".svc", host + ".svc.cluster.local")) {
        virtualHost.addDomains(spelling + ":" + peer.port());
        // The first port of a Service, by number, is the one meant when none is named.
        if (taken.add(spelling)) {
          virtualHost.addDomains(spelling);
        }
      }
      table.addVirtualHosts(virtualHost.addRoutes(forward(peer.name(), peer.name())));
    }
    return table.build();
  }

  private static Route.Builder forward(String name, String cluster) {
    return Route.newBuilder()
        .setName(name)
        .setMatch(EVERYTHING)
        .setRoute(
            RouteAction.newBuilder()
                .setCluster(cluster)
                // A response may be a stream without end; the listener's idle time-out ends what
                // stands still.
                .setTimeout(Scalars.seconds(0)));
  }

  private static VirtualHost virtualHost(HostRouting routing, GuardedUpstream guarded) {
    return VirtualHost.newBuilder()
        .setName(guarded.upstream().sectionRoute().value())
        .addAllDomains(routing.domains(guarded.upstream()))
        .addRoutes(guarded(guarded.guard(), UpstreamCluster.name(guarded.upstream())))
        .build();
  }

  private static Route.Builder guarded(RouteGuard guard, String cluster) {
    Route.Builder route = forward(guard.route().value(), cluster);
    FilterOrder.STEPS.forEach(
        step -> route.putAllTypedPerFilterConfig(sorted(step.onRoute(guard))));
    if (guard.delays()) {
      // Envoy obeys it and would pass it on.
      route.addRequestHeadersToRemove(CheckNames.DELAY_HEADER);
    }
    if (guard.cors() != null) {
      // Envoy repeats the page's origin in its answer, and a cache must not give that to another.
      route.addResponseHeadersToAdd(
          HeaderValueOption.newBuilder()
              .setHeader(HeaderValue.newBuilder().setKey("vary").setValue("Origin"))
              .setAppendAction(HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD));
    }
    return route;
  }

  /** Leads nowhere, so that nobody has to be asked. */
  private static VirtualHost unknownHost() {
    Route.Builder route =
        Route.newBuilder()
            .setName(UNKNOWN_HOST)
            .setMatch(EVERYTHING)
            .setDirectResponse(DirectResponseAction.newBuilder().setStatus(404));
    FilterOrder.STEPS.forEach(step -> route.putAllTypedPerFilterConfig(sorted(step.onUnguarded())));
    return VirtualHost.newBuilder().setName(UNKNOWN_HOST).addDomains("*").addRoutes(route).build();
  }

  /** Maps are written in their order, and that of {@code Map.of} differs from JVM to JVM. */
  private static SortedMap<String, Any> sorted(Map<String, Any> configs) {
    return new TreeMap<>(configs);
  }
}
