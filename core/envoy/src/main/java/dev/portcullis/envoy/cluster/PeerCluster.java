// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.List;
import java.util.Optional;

/** A Service whose pods must prove to be its pods. */
public final class PeerCluster {
  /** What sidecars say to each other in the handshake, so that no other TLS is taken for theirs. */
  public static final String ALPN = "portcullis";

  private PeerCluster() {}

  /**
   * The cluster. Which pod is meant stays with the cluster's own balancing: where connections are
   * redirected, the address that the application dialled is dialled again.
   */
  public static Cluster of(PeerService peer, Interception interception) {
    Cluster.Builder cluster = LocalClusters.originalDestination(peer.name());
    if (interception == Interception.REWRITE) {
      List<HostPort> addresses =
          peer.addresses().stream().map(address -> new HostPort(address, peer.port())).toList();
      cluster
          .setType(Cluster.DiscoveryType.STATIC)
          .setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
          .setLoadAssignment(Addresses.endpoints(peer.name(), addresses));
    }
    return cluster.setTransportSocket(MutualTls.upstream(identities(peer), List.of(ALPN))).build();
  }

  /** Whom its pods must prove to be. */
  static List<PeerMatch> identities(PeerService peer) {
    return peer.identities().stream()
        .map(SpiffeId::parse)
        .flatMap(Optional::stream)
        .map(PeerMatch::workload)
        .toList();
  }
}
