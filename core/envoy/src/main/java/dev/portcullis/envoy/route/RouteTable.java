// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.route;

import com.google.protobuf.Any;
import dev.portcullis.envoy.cluster.UpstreamCluster;
import dev.portcullis.envoy.filter.FilterOrder;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
    FilterOrder.STEPS.forEach(
        step -> table.putAllTypedPerFilterConfig(sorted(step.onTable(upstreams))));
    return table.build();
  }

  private static VirtualHost virtualHost(HostRouting routing, GuardedUpstream guarded) {
    Route.Builder route =
        Route.newBuilder()
            .setName(guarded.route().value())
            .setMatch(EVERYTHING)
            .setRoute(
                RouteAction.newBuilder()
                    .setCluster(UpstreamCluster.name(guarded.upstream()))
                    // A response may be a stream without end; the listener's idle time-out ends
                    // what stands still.
                    .setTimeout(Scalars.seconds(0)));
    FilterOrder.STEPS.forEach(
        step -> route.putAllTypedPerFilterConfig(sorted(step.onRoute(guarded))));
    return VirtualHost.newBuilder()
        .setName(guarded.upstream().sectionRoute().value())
        .addAllDomains(routing.domains(guarded.upstream()))
        .addRoutes(route)
        .build();
  }

  /** Leads nowhere, so that nobody has to be asked. */
  private static VirtualHost unknownHost() {
    Route.Builder route =
        Route.newBuilder()
            .setName(UNKNOWN_HOST)
            .setMatch(EVERYTHING)
            .setDirectResponse(DirectResponseAction.newBuilder().setStatus(404));
    FilterOrder.STEPS.forEach(
        step -> route.putAllTypedPerFilterConfig(sorted(step.onUnknownHost())));
    return VirtualHost.newBuilder().setName(UNKNOWN_HOST).addDomains("*").addRoutes(route).build();
  }

  /** Maps are written in their order, and that of {@code Map.of} differs from JVM to JVM. */
  private static SortedMap<String, Any> sorted(Map<String, Any> configs) {
    return new TreeMap<>(configs);
  }
}
