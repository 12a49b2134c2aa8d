// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Headers;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

/**
 * Tells callers without a certificate that they need one. It leads nowhere, so whatever they send
 * reaches nobody.
 */
final class IdentityRequired {
  private static final String PROBLEM =
      "{\"type\":\"https://portcullis.dev/problems/identity-required\","
          + "\"title\":\"Forbidden\",\"status\":403,"
          + "\"detail\":\"This service answers callers with a workload identity (mutual TLS)"
          + " only.\"}";

  private IdentityRequired() {}

  static FilterChain.Builder chain(String name) {
    Route refusal =
        Route.newBuilder()
            .setName("identity-required")
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setDirectResponse(
                DirectResponseAction.newBuilder()
                    .setStatus(403)
                    .setBody(DataSource.newBuilder().setInlineString(PROBLEM)))
            .addResponseHeadersToAdd(Headers.only("content-type", "application/problem+json"))
            .build();
    HttpConnectionManager manager =
        ConnectionManager.bare(name)
            // What it says itself is the answer.
            .clearLocalReplyConfig()
            .setRouteConfig(
                RouteConfiguration.newBuilder()
                    .setName(name)
                    .addVirtualHosts(
                        VirtualHost.newBuilder().setName(name).addDomains("*").addRoutes(refusal)))
            .build();
    return FilterChain.newBuilder()
        .setName(name)
        .setTransportSocketConnectTimeout(Scalars.seconds(10))
        .addFilters(
            Filter.newBuilder()
                .setName(GuardedListener.HCM)
                .setTypedConfig(Extensions.any(manager)));
  }
}
