// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.cluster.LocalClusters;
import dev.portcullis.envoy.cluster.Protocols;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;

/**
 * Where an application's own calls leave its pod. Those to Services whose pods can prove who they
 * are become mutual TLS, whatever protocol they carry; all others go on untouched.
 */
public final class OutboundListeners {
  /** Where the pod's network redirects what goes out. */
  public static final int REDIRECTED_PORT = 15_001;

  /** Where an application sends its calls by itself, on loopback, as to an HTTP proxy. */
  public static final int EGRESS_PORT = 15_080;

  /** The name of the listener in redirect mode. */
  public static final String REDIRECTED = "outbound";

  /** The name of the listener in rewrite mode, and of its routes. */
  public static final String EGRESS = "egress";

  private OutboundListeners() {}

  /** The listener of a pod whose network redirects. */
  public static Listener redirected(SidecarSpec spec) {
    Listener.Builder listener =
        Listener.newBuilder()
            .setName(REDIRECTED)
            .setAddress(Addresses.of(new HostPort("0.0.0.0", REDIRECTED_PORT)))
            .setTrafficDirection(TrafficDirection.OUTBOUND)
            .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES))
            .addListenerFilters(
                ListenerFilter.newBuilder()
                    .setName("envoy.filters.listener.original_dst")
                    .setTypedConfig(Extensions.any(OriginalDst.getDefaultInstance())))
            .addFilterChains(
                TcpChain.to("own/" + REDIRECTED_PORT, LocalClusters.NOWHERE)
                    .setFilterChainMatch(
                        FilterChainMatch.newBuilder()
                            .setDestinationPort(Scalars.count(REDIRECTED_PORT))));
    spec.peers().forEach(peer -> listener.addFilterChains(chain(peer)));
    return listener.setDefaultFilterChain(TcpChain.to("other", LocalClusters.PASS_THROUGH)).build();
  }

  private static FilterChain chain(PeerService peer) {
    FilterChainMatch.Builder match =
        FilterChainMatch.newBuilder().setDestinationPort(Scalars.count(peer.port()));
    for (String address : peer.addresses()) {
      match.addPrefixRanges(
          CidrRange.newBuilder()
              .setAddressPrefix(address)
              .setPrefixLen(Scalars.count(address.indexOf(':') >= 0 ? 128 : 32)));
    }
    return TcpChain.to(peer.name(), peer.name()).setFilterChainMatch(match).build();
  }

  /** The listener of a pod whose ports were moved. */
  public static Listener egress(ConfigSource routes) {
    return Listener.newBuilder()
        .setName(EGRESS)
        .setAddress(Addresses.of(new HostPort("127.0.0.1", EGRESS_PORT)))
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES))
        .addFilterChains(EgressChain.of(EGRESS, routes))
        .build();
  }
}
