// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import com.google.protobuf.BoolValue;
import dev.portcullis.envoy.ProbeForward;
import dev.portcullis.envoy.cluster.Protocols;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;

/**
 * Probes that no request can carry: a TCP connection, a gRPC health check. A proxy accepts a
 * connection before it knows whether the application would, so the sidecar asks by itself, every
 * second, and tells the kubelet over HTTP how the last time went.
 */
final class ProbeAnswer {
  private static final int INTERVAL_SECONDS = 1;

  private ProbeAnswer() {}

  /** 200 while the application answers, else 503. */
  static HttpFilter filter(ProbeForward probe, String word) {
    HealthCheck check =
        HealthCheck.newBuilder()
            .setPassThroughMode(BoolValue.of(false))
            .addHeaders(
                HeaderMatcher.newBuilder()
                    .setName(":path")
                    .setStringMatch(StringMatcher.newBuilder().setExact(probe.path(word))))
            .putClusterMinHealthyPercentages(
                probe.cluster(), Percent.newBuilder().setValue(100).build())
            .build();
    return HttpFilter.newBuilder()
        .setName("portcullis." + probe.cluster())
        .setTypedConfig(Extensions.any(check))
        .build();
  }

  /** The cluster that is asked. */
  static Cluster asked(Cluster.Builder cluster, ProbeForward probe) {
    var check =
        io.envoyproxy.envoy.config.core.v3.HealthCheck.newBuilder()
            .setTimeout(Scalars.seconds(probe.seconds()))
            .setInterval(Scalars.seconds(INTERVAL_SECONDS))
            // No request ever comes this way, and without any Envoy would ask once a minute.
            .setNoTrafficInterval(Scalars.seconds(INTERVAL_SECONDS))
            .setNoTrafficHealthyInterval(Scalars.seconds(INTERVAL_SECONDS))
            // How often it may fail is the kubelet's to count.
            .setUnhealthyThreshold(Scalars.count(1))
            .setHealthyThreshold(Scalars.count(1));
    if (probe.how() == ProbeForward.How.GRPC) {
      check.setGrpcHealthCheck(
          io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck.newBuilder()
              .setServiceName(probe.target()));
      cluster.putTypedExtensionProtocolOptions(Protocols.KEY, Protocols.http2(List.of()));
    } else {
      check.setTcpHealthCheck(
          io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck.getDefaultInstance());
    }
    return cluster.addHealthChecks(check).build();
  }
}
