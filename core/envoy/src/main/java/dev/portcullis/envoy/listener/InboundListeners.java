// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.cluster.LocalClusters;
import dev.portcullis.envoy.cluster.MutualTls;
import dev.portcullis.envoy.cluster.PeerCluster;
import dev.portcullis.envoy.cluster.PeerMatch;
import dev.portcullis.envoy.cluster.Protocols;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.type.v3.Int32Range;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a sidecar meets those who call its application.
 *
 * <p>Every port has a chain without any condition but the port: Envoy gives a connection that fits
 * no chain of its port to the default chain, and that one asks nobody. Where mutual TLS is
 * demanded, that last chain answers 403.
 */
public final class InboundListeners {
  /** Where the pod's network redirects what comes in. */
  public static final int REDIRECTED_PORT = 15_006;

  /** The name of the one listener in redirect mode. */
  public static final String REDIRECTED = "inbound";

  private static final String TLS = "tls";

  private InboundListeners() {}

  /** The one listener of a pod whose network redirects. */
  public static Listener redirected(SidecarSpec spec, ConfigSource routes) {
    Listener.Builder listener =
        listener(REDIRECTED, REDIRECTED_PORT)
            .addListenerFilters(
                ListenerFilter.newBuilder()
                    .setName("envoy.filters.listener.original_dst")
                    .setTypedConfig(Extensions.any(OriginalDst.getDefaultInstance())));
    List<SidecarPort> http = spec.ports();
    if (!http.isEmpty()) {
      listener.addListenerFilters(tlsInspector().setFilterDisabled(notOn(http)));
    }
    for (SidecarPort port : http) {
      for (FilterChain.Builder chain : chains(port, spec, routes)) {
        chain.getFilterChainMatchBuilder().setDestinationPort(Scalars.count(port.port()));
        listener.addFilterChains(chain);
      }
    }
    // Whoever dials our own ports would be led in a circle.
    for (int own : List.of(REDIRECTED_PORT, OutboundListeners.REDIRECTED_PORT)) {
      listener.addFilterChains(
          TcpChain.to("own/" + own, LocalClusters.NOWHERE)
              .setFilterChainMatch(
                  FilterChainMatch.newBuilder().setDestinationPort(Scalars.count(own))));
    }
    return listener.setDefaultFilterChain(TcpChain.to("other", LocalClusters.PASS_THROUGH)).build();
  }

  /** A listener for each port that was moved. */
  public static List<Listener> moved(SidecarSpec spec, ConfigSource routes) {
    List<Listener> listeners = new ArrayList<>();
    for (SidecarPort port : spec.ports()) {
      Listener.Builder listener =
          listener(port.name(), port.listen()).addListenerFilters(tlsInspector());
      chains(port, spec, routes).forEach(listener::addFilterChains);
      listeners.add(listener.build());
    }
    return listeners;
  }

  /** First who shows a certificate, then who does not. */
  private static List<FilterChain.Builder> chains(
      SidecarPort port, SidecarSpec spec, ConfigSource routes) {
    FilterChain.Builder plain = GuardedListener.chain(port.name(), port.name(), routes);
    FilterChain.Builder mutual =
        GuardedListener.chain(port.name() + "/mtls", port.name(), routes)
            .setTransportSocket(
                MutualTls.downstream(
                    List.of(PeerMatch.trustDomain(spec.decider().trustDomain())),
                    // Not our own name, by which the chain was chosen: Envoy would read it as
                    // HTTP/1.1.
                    // Without an agreement it looks at what comes.
                    List.of("h2", "http/1.1")));
    FilterChainMatch tls = FilterChainMatch.newBuilder().setTransportProtocol(TLS).build();
    return switch (port.mtls()) {
      case DISABLED -> List.of(plain);
      case PERMISSIVE ->
          List.of(
              mutual.setFilterChainMatch(tls.toBuilder().addApplicationProtocols(PeerCluster.ALPN)),
              plain);
      case STRICT ->
          List.of(mutual.setFilterChainMatch(tls), IdentityRequired.chain(port.name() + "/plain"));
    };
  }

  private static Listener.Builder listener(String name, int port) {
    return Listener.newBuilder()
        .setName(name)
        .setAddress(Addresses.of(new HostPort("0.0.0.0", port)))
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES));
  }

  private static ListenerFilter.Builder tlsInspector() {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener.tls_inspector")
        .setTypedConfig(Extensions.any(TlsInspector.getDefaultInstance()));
  }

  /**
   * On other ports the server may be the one who speaks first, and an inspector would wait for the
   * client in vain.
   */
  private static ListenerFilterChainMatchPredicate notOn(List<SidecarPort> ports) {
    List<ListenerFilterChainMatchPredicate> each =
        ports.stream().map(InboundListeners::isPort).toList();
    ListenerFilterChainMatchPredicate any =
        each.size() == 1
            ? each.getFirst()
            : ListenerFilterChainMatchPredicate.newBuilder()
                .setOrMatch(MatchSet.newBuilder().addAllRules(each))
                .build();
    return ListenerFilterChainMatchPredicate.newBuilder().setNotMatch(any).build();
  }

  private static ListenerFilterChainMatchPredicate isPort(SidecarPort port) {
    return ListenerFilterChainMatchPredicate.newBuilder()
        .setDestinationPortRange(
            Int32Range.newBuilder().setStart(port.port()).setEnd(port.port() + 1))
        .build();
  }
}
