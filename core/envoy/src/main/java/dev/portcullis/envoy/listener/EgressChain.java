// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.proto.Extensions;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;

/** HTTP that the application sends to its sidecar by itself; routes know the Services by name. */
final class EgressChain {

  private EgressChain() {}

  static FilterChain of(String name, ConfigSource routes) {
    return FilterChain.newBuilder()
        .setName(name)
        .addFilters(
            Filter.newBuilder()
                .setName(GuardedListener.HCM)
                .setTypedConfig(
                    Extensions.any(
                        ConnectionManager.bare(name)
                            .setRds(
                                Rds.newBuilder().setRouteConfigName(name).setConfigSource(routes))
                            .build())))
        .build();
  }
}
