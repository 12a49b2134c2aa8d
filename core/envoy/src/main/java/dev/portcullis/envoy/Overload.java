// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.overload.v3.OverloadAction;
import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.config.overload.v3.ResourceMonitor;
import io.envoyproxy.envoy.config.overload.v3.ThresholdTrigger;
import io.envoyproxy.envoy.config.overload.v3.Trigger;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;

/** How much an Envoy may hold, and what it does shortly before. */
final class Overload {
  private static final String HEAP = "envoy.resource_monitors.fixed_heap";
  private static final String CONNECTIONS =
      "envoy.resource_monitors.global_downstream_max_connections";
  private static final long MAX_CONNECTIONS = 50_000;

  private Overload() {}

  /** Gives memory back first, then refuses requests with 503 rather than be killed for its size. */
  static OverloadManager manager(long maxHeapBytes) {
    return OverloadManager.newBuilder()
        .setRefreshInterval(Scalars.millis(250))
        .addResourceMonitors(
            ResourceMonitor.newBuilder()
                .setName(HEAP)
                .setTypedConfig(
                    Extensions.any(
                        FixedHeapConfig.newBuilder().setMaxHeapSizeBytes(maxHeapBytes).build())))
        .addResourceMonitors(
            ResourceMonitor.newBuilder()
                .setName(CONNECTIONS)
                .setTypedConfig(
                    Extensions.any(
                        DownstreamConnectionsConfig.newBuilder()
                            .setMaxActiveDownstreamConnections(MAX_CONNECTIONS)
                            .build())))
        .addActions(action("envoy.overload_actions.shrink_heap", 0.95))
        .addActions(action("envoy.overload_actions.stop_accepting_requests", 0.98))
        .build();
  }

  private static OverloadAction action(String name, double heapShare) {
    return OverloadAction.newBuilder()
        .setName(name)
        .addTriggers(
            Trigger.newBuilder()
                .setName(HEAP)
                .setThreshold(ThresholdTrigger.newBuilder().setValue(heapShare)))
        .build();
  }
}
