// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.proto;

import dev.portcullis.envoy.HostPort;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.nio.file.Path;
import java.util.List;

/** Addresses as Envoy writes them. */
public final class Addresses {

  private Addresses() {}

  /** A TCP address. */
  public static Address of(HostPort where) {
    return Address.newBuilder()
        .setSocketAddress(
            SocketAddress.newBuilder().setAddress(where.host()).setPortValue(where.port()))
        .build();
  }

  /** A Unix domain socket that only its owner may use. */
  public static Address socket(Path path) {
    return Address.newBuilder()
        .setPipe(Pipe.newBuilder().setPath(path.toString()).setMode(0600))
        .build();
  }

  /** All endpoints with the same weight. */
  public static ClusterLoadAssignment endpoints(String cluster, List<HostPort> endpoints) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (HostPort endpoint : endpoints) {
      locality.addLbEndpoints(
          LbEndpoint.newBuilder().setEndpoint(Endpoint.newBuilder().setAddress(of(endpoint))));
    }
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(cluster)
        .addEndpoints(locality)
        .build();
  }

  /** Names are asked of the name server again and again; addresses never. */
  public static Cluster.DiscoveryType discovery(List<HostPort> endpoints) {
    return endpoints.stream().allMatch(HostPort::isAddress)
        ? Cluster.DiscoveryType.STATIC
        : Cluster.DiscoveryType.STRICT_DNS;
  }
}
