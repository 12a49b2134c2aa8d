// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProbeForward;
import dev.portcullis.envoy.cluster.Protocols;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a sidecar answers the kubelet and Prometheus, on every address of the pod. It shows three
 * things of Envoy's own, {@code /ready}, {@code /stats/prometheus} and the farewell, and passes
 * probes on to the application. Anything else is 404: Envoy's admin interface stays closed.
 */
public final class HealthListener {
  private static final String NAME = "health";
  private static final String ADMIN = "admin";
  private static final int ADMIN_SECONDS = 5;

  /**
   * Takes queries away, which Envoy would hang on to what the route asks for; and makes POST of the
   * farewell, which Envoy takes by nothing else, and the kubelet's hooks send by GET. No other
   * filter may change a method.
   */
  private static final String PREPARE =
      """
      function envoy_on_request(request)
        local headers = request:headers()
        local path = headers:get(":path")
        local query = string.find(path, "?", 1, true)
        if query then
          headers:replace(":path", string.sub(path, 1, query - 1))
        end
        if string.sub(path, 1, 7) == "/drain/" then
          headers:replace(":method", "POST")
        end
      end
      """;

  /** Clients are told to leave; nobody is cut off, and what still comes is served. */
  private static final String FAREWELL = "/drain_listeners?inboundonly&graceful&skip_exit";

  private HealthListener() {}

  /**
   * The listener of a gateway, which has no application to outlive it: its farewell is answered
   * when the time for it is over, because the kubelet waits for that answer before it ends Envoy.
   *
   * @param seconds at least 1
   */
  public static Listener lingering(int port, String drainPath, int seconds) {
    return listener(
        port,
        host(drainPath, "/ready", seconds + ADMIN_SECONDS),
        LingeringFarewell.filters(ADMIN, drainPath, FAREWELL, seconds));
  }

  /** The path of the farewell. */
  public static String drainPath(String word) {
    return "/drain/" + word;
  }

  /**
   * The listener.
   *
   * @param word in the paths of the farewell and of probes, so that nobody but the kubelet asks
   *     them
   */
  public static Listener of(int port, String word, List<ProbeForward> probes) {
    VirtualHost.Builder host = host(drainPath(word), FAREWELL, ADMIN_SECONDS);
    probes.stream()
        .filter(probe -> probe.how().passesOn())
        .map(probe -> asked(probe, word))
        .forEach(host::addRoutes);
    List<HttpFilter> filters = new ArrayList<>();
    filters.add(prepare(PREPARE));
    probes.stream()
        .filter(probe -> !probe.how().passesOn())
        .map(probe -> ProbeAnswer.filter(probe, word))
        .forEach(filters::add);
    return listener(port, host, filters);
  }

  /** A script that every request runs through first. */
  static HttpFilter prepare(String script) {
    return HttpFilter.newBuilder()
        .setName("portcullis.prepare")
        .setTypedConfig(
            Extensions.any(
                Lua.newBuilder()
                    .setDefaultSourceCode(DataSource.newBuilder().setInlineString(script))
                    .build()))
        .build();
  }

  private static VirtualHost.Builder host(String drainPath, String drain, int drainSeconds) {
    return VirtualHost.newBuilder()
        .setName(NAME)
        .addDomains("*")
        .addRoutes(route("/ready", "/ready", ADMIN, ADMIN_SECONDS))
        .addRoutes(route("/stats/prometheus", "/stats/prometheus", ADMIN, ADMIN_SECONDS))
        .addRoutes(route(drainPath, drain, ADMIN, drainSeconds));
  }

  private static Listener listener(int port, VirtualHost.Builder host, List<HttpFilter> filters) {
    HttpConnectionManager.Builder manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix(NAME)
            .setRouteConfig(RouteConfiguration.newBuilder().setName(NAME).addVirtualHosts(host))
            // What the application believes of a sidecar, it must not be told here.
            .addEarlyHeaderMutationExtensions(ReservedHeaders.stripped())
            .setRequestHeadersTimeout(Scalars.seconds(ADMIN_SECONDS))
            .setStreamIdleTimeout(Scalars.seconds(60))
            .addAllHttpFilters(filters);
    manager.addHttpFilters(
        HttpFilter.newBuilder()
            .setName("envoy.filters.http.router")
            .setTypedConfig(
                Extensions.any(
                    io.envoyproxy.envoy.extensions.filters.http.router.v3.Router
                        .getDefaultInstance())));
    return Listener.newBuilder()
        .setName(NAME)
        .setAddress(Addresses.of(new HostPort("0.0.0.0", port)))
        .setTrafficDirection(TrafficDirection.UNSPECIFIED)
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Extensions.any(manager.build()))))
        .build();
  }

  /**
   * The clusters that the listener leads to.
   *
   * @param admin the socket of Envoy's admin interface
   */
  public static List<Cluster> clusters(Path admin, List<ProbeForward> probes) {
    Map<String, Cluster> clusters = new LinkedHashMap<>();
    clusters.put(
        ADMIN,
        cluster(ADMIN)
            .setLoadAssignment(
                ClusterLoadAssignment.newBuilder()
                    .setClusterName(ADMIN)
                    .addEndpoints(
                        LocalityLbEndpoints.newBuilder()
                            .addLbEndpoints(
                                LbEndpoint.newBuilder()
                                    .setEndpoint(
                                        Endpoint.newBuilder()
                                            .setAddress(Addresses.socket(admin))))))
            .build());
    probes.forEach(probe -> clusters.putIfAbsent(probe.cluster(), application(probe)));
    return new ArrayList<>(clusters.values());
  }

  private static Cluster application(ProbeForward probe) {
    Cluster.Builder cluster =
        cluster(probe.cluster())
            .setLoadAssignment(
                Addresses.endpoints(
                    probe.cluster(), List.of(new HostPort("127.0.0.1", probe.port()))));
    if (!probe.how().passesOn()) {
      return ProbeAnswer.asked(cluster, probe);
    }
    if (probe.how() == ProbeForward.How.HTTPS) {
      cluster.setTransportSocket(
          TransportSocket.newBuilder()
              .setName("envoy.transport_sockets.tls")
              .setTypedConfig(
                  Extensions.any(
                      UpstreamTlsContext.newBuilder()
                          .setCommonTlsContext(CommonTlsContext.getDefaultInstance())
                          .build())));
    }
    return cluster.build();
  }

  private static Cluster.Builder cluster(String name) {
    return Cluster.newBuilder()
        .setName(name)
        .setType(Cluster.DiscoveryType.STATIC)
        .setConnectTimeout(Scalars.seconds(1))
        .putTypedExtensionProtocolOptions(Protocols.KEY, Protocols.http1());
  }

  /** A probe is a GET, as the kubelet sends it, and no other request. */
  private static Route asked(ProbeForward probe, String word) {
    Route.Builder route =
        route(probe.path(word), probe.target(), probe.cluster(), probe.seconds()).toBuilder();
    route
        .getMatchBuilder()
        .addHeaders(
            HeaderMatcher.newBuilder()
                .setName(":method")
                .setStringMatch(StringMatcher.newBuilder().setExact("GET")));
    return route.build();
  }

  /**
   * A whole path becomes another one, with its own query; what the client asked besides is lost.
   */
  private static Route route(String path, String target, String cluster, int seconds) {
    return Route.newBuilder()
        .setMatch(RouteMatch.newBuilder().setPath(path))
        .setRoute(
            RouteAction.newBuilder()
                .setCluster(cluster)
                .setTimeout(Scalars.seconds(seconds))
                .setRegexRewrite(
                    RegexMatchAndSubstitute.newBuilder()
                        .setPattern(RegexMatcher.newBuilder().setRegex(".*"))
                        .setSubstitution(target.replace("\\", "\\\\"))))
        .build();
  }
}
