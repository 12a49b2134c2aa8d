// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.google.protobuf.Any;
import dev.portcullis.envoy.route.RouteGuard;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/**
 * One step in the order of filters. What a listener carries is the same for every plan; what a plan
 * means stands in the routes. The maps go from the name of a filter to its configuration there.
 */
public sealed interface FilterStep
    permits CorsFilter,
        FloodGuardFilter,
        RequestHeaderFilter,
        ExtAuthzFilter,
        DelayFilter,
        BodyLimitFilter,
        RouterFilter {

  /** The filters that every listener carries, in their order. */
  List<HttpFilter> filters();

  /** For all routes of a listener. */
  default Map<String, Any> onTable(List<RouteGuard> guards) {
    return Map.of();
  }

  /** For the one route of an guard. */
  default Map<String, Any> onRoute(RouteGuard guard) {
    return Map.of();
  }

  /** For a route that nobody is asked about. */
  default Map<String, Any> onUnguarded() {
    return Map.of();
  }
}
