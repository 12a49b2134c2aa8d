// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.cluster.Protocols;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;

/** A listener whose every request is asked about. */
public final class GuardedListener {
  static final String HCM = "envoy.filters.network.http_connection_manager";

  private GuardedListener() {}

  /**
   * The listener.
   *
   * @param name also the name of its routes
   * @param routes where Envoy finds them
   */
  public static Listener of(String name, HostPort listen, ConfigSource routes) {
    return Listener.newBuilder()
        .setName(name)
        .setAddress(Addresses.of(listen))
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES))
        .addFilterChains(chain("http", name, routes))
        .build();
  }

  /**
   * Connections whose every request is asked about.
   *
   * @param name of the chain
   * @param table the name of its routes
   */
  static FilterChain.Builder chain(String name, String table, ConfigSource routes) {
    return FilterChain.newBuilder()
        .setName(name)
        .addFilters(
            Filter.newBuilder()
                .setName(HCM)
                .setTypedConfig(Extensions.any(ConnectionManager.of(table, routes))));
  }
}
