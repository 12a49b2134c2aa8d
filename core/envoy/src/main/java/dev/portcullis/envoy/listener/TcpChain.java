// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;

/** Connections that are passed on as they are. */
final class TcpChain {
  private static final int IDLE_SECONDS = 3_600;

  private TcpChain() {}

  static FilterChain.Builder to(String name, String cluster) {
    return FilterChain.newBuilder()
        .setName(name)
        .addFilters(
            Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(
                    Extensions.any(
                        TcpProxy.newBuilder()
                            .setStatPrefix(cluster)
                            .setCluster(cluster)
                            .setIdleTimeout(Scalars.seconds(IDLE_SECONDS))
                            .build())));
  }
}
