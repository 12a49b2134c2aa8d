// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.golden;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.Map;

/** Puts the routes that a listener would fetch into it. */
final class Inline {

  private Inline() {}

  static Listener routes(Listener listener, Map<String, Message> routes)
      throws InvalidProtocolBufferException {
    Listener.Builder inlined = listener.toBuilder();
    var filter = inlined.getFilterChainsBuilder(0).getFiltersBuilder(0);
    HttpConnectionManager manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
    if (routes.get(manager.getRds().getRouteConfigName()) instanceof RouteConfiguration table) {
      filter.setTypedConfig(Any.pack(manager.toBuilder().clearRds().setRouteConfig(table).build()));
      return inlined.build();
    }
    throw new IllegalStateException("no routes named " + manager.getRds().getRouteConfigName());
  }
}
