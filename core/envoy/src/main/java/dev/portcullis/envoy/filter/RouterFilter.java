// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import dev.portcullis.envoy.proto.Extensions;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;

/** Forwards to the upstream, and tells neither side about Envoy's insides. */
public record RouterFilter() implements FilterStep {
  private static final String NAME = "envoy.filters.http.router";

  @Override
  public List<HttpFilter> filters() {
    return List.of(
        HttpFilter.newBuilder()
            .setName(NAME)
            .setTypedConfig(
                Extensions.any(Router.newBuilder().setSuppressEnvoyHeaders(true).build()))
            .build());
  }
}
