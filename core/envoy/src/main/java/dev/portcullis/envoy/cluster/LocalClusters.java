// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.sidecar.SidecarPort;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.List;

/** Where a sidecar's connections end that lead to its own application, on, or nowhere. */
public final class LocalClusters {
  /** On to wherever the client meant to go. */
  public static final String PASS_THROUGH = "pass-through";

  /** To nobody. */
  public static final String NOWHERE = "nowhere";

  private static final int CONNECT_MILLIS = 5_000;
  private static final int MAX_CONNECTIONS = 16_384;
  private static final int MAX_REQUESTS = 16_384;

  private LocalClusters() {}

  /** To the address that the client dialled before its connection was redirected. */
  public static Cluster passThrough() {
    return originalDestination(PASS_THROUGH).build();
  }

  /** A cluster without endpoints: connections to it end at once. */
  public static Cluster nowhere() {
    return Cluster.newBuilder()
        .setName(NOWHERE)
        .setType(Cluster.DiscoveryType.STATIC)
        .setConnectTimeout(Scalars.millis(CONNECT_MILLIS))
        .build();
  }

  /** {@code application/http1}: the application in a pod whose network redirects. */
  public static String redirectedName(Protocol protocol) {
    return switch (protocol) {
      case HTTP1 -> "application/http1";
      case HTTP2 -> "application/http2";
    };
  }

  /** The application, at the pod's own address, which the client dialled. */
  public static Cluster redirected(Protocol protocol) {
    return originalDestination(redirectedName(protocol))
        .putTypedExtensionProtocolOptions(Protocols.KEY, Protocols.of(protocol))
        .build();
  }

  /** {@code application/PORT}: the application in a pod whose ports were moved. */
  public static String movedName(SidecarPort port) {
    return "application/" + port.port();
  }

  /** The application, on loopback: so it need not listen anywhere else. */
  public static Cluster moved(SidecarPort port) {
    String name = movedName(port);
    List<HostPort> application = List.of(new HostPort("127.0.0.1", port.port()));
    return bounded(name)
        .setType(Cluster.DiscoveryType.STATIC)
        .setLoadAssignment(Addresses.endpoints(name, application))
        .putTypedExtensionProtocolOptions(Protocols.KEY, Protocols.of(port.protocol()))
        .build();
  }

  static Cluster.Builder originalDestination(String name) {
    return bounded(name)
        .setType(Cluster.DiscoveryType.ORIGINAL_DST)
        .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED);
  }

  private static Cluster.Builder bounded(String name) {
    return Cluster.newBuilder()
        .setName(name)
        .setConnectTimeout(Scalars.millis(CONNECT_MILLIS))
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES))
        .setCircuitBreakers(
            Protocols.bounds(MAX_CONNECTIONS, MAX_REQUESTS, MAX_REQUESTS, MAX_REQUESTS));
  }
}
