// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.sidecar.PeerService;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.List;

/** A guarded service. */
public final class UpstreamCluster {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int MAX_CONNECTIONS = 1_024;
  private static final int MAX_PENDING = 1_024;
  private static final int MAX_REQUESTS = 4_096;

  private UpstreamCluster() {}

  /** {@code upstream/NAMESPACE/SERVICE[/SECTION]}. */
  public static String name(Upstream upstream) {
    return "upstream/" + upstream.sectionRoute();
  }

  /** The cluster, with its address inside of it, spoken to without TLS. */
  public static Cluster of(Upstream upstream) {
    return builder(upstream).build();
  }

  /**
   * The cluster, whose pods must prove to be the peer's. {@link PeerCluster#ALPN} says to their
   * sidecars who speaks; beside it stands the protocol, where it is not HTTP/1.1.
   */
  public static Cluster of(Upstream upstream, PeerService peer) {
    List<String> alpn =
        switch (upstream.protocol()) {
          case HTTP1 -> List.of(PeerCluster.ALPN);
          case HTTP2 -> List.of(PeerCluster.ALPN, "h2");
        };
    return builder(upstream)
        .setTransportSocket(MutualTls.upstream(PeerCluster.identities(peer), alpn))
        .build();
  }

  private static Cluster.Builder builder(Upstream upstream) {
    String name = name(upstream);
    List<HostPort> endpoints = List.of(upstream.address());
    return Cluster.newBuilder()
        .setName(name)
        .setType(Addresses.discovery(endpoints))
        .setLoadAssignment(Addresses.endpoints(name, endpoints))
        .setConnectTimeout(Scalars.millis(CONNECT_MILLIS))
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES))
        .setCircuitBreakers(Protocols.bounds(MAX_CONNECTIONS, MAX_PENDING, MAX_REQUESTS, 3))
        .putTypedExtensionProtocolOptions(Protocols.KEY, Protocols.of(upstream.protocol()));
  }
}
