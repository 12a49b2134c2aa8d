// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.envoy.cluster.Protocols;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A listener whose every request is asked about. */
public final class GuardedListener {
  static final String HCM = "envoy.filters.network.http_connection_manager";

  private static final int HANDSHAKE_SECONDS = 10;

  private GuardedListener() {}

  /**
   * The listener.
   *
   * @param name also the name of its routes
   * @param routes where Envoy finds them
   */
  public static Listener of(String name, HostPort listen, ConfigSource routes) {
    return listener(name, listen).addFilterChains(chain("http", name, routes)).build();
  }

  /**
   * The listener, where TLS ends: it tells the decision service and the application what clients'
   * first messages look like. Connections without TLS are closed.
   *
   * @param certificate the file that {@link MountedCertificate} describes
   * @param clients which certificates clients may show; null: they are not asked for any
   * @param own the trust domain whose identities no client from outside may show; null: there are
   *     none
   */
  public static Listener of(
      String name,
      HostPort listen,
      ConfigSource routes,
      Path certificate,
      @Nullable ClientAuthorities clients,
      @Nullable String own) {
    FilterChain.Builder chain =
        clients == null
            ? chain("https", ConnectionManager.fingerprinting(name, routes))
            : chain("https", ConnectionManager.certifying(name, routes));
    if (clients != null && own != null) {
      chain.addFilters(0, ForgedIdentity.filter(own));
    }
    return listener(name, listen)
        .addListenerFilters(Fingerprint.inspector())
        .addFilterChains(
            chain
                .setFilterChainMatch(FilterChainMatch.newBuilder().setTransportProtocol("tls"))
                .setTransportSocket(MountedCertificate.downstream(certificate, clients))
                .setTransportSocketConnectTimeout(Scalars.seconds(HANDSHAKE_SECONDS)))
        .build();
  }

  private static Listener.Builder listener(String name, HostPort listen) {
    return Listener.newBuilder()
        .setName(name)
        .setAddress(Addresses.of(listen))
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES));
  }

  /**
   * Connections whose every request is asked about.
   *
   * @param name of the chain
   * @param table the name of its routes
   */
  static FilterChain.Builder chain(String name, String table, ConfigSource routes) {
    return chain(name, ConnectionManager.of(table, routes));
  }

  private static FilterChain.Builder chain(String name, HttpConnectionManager manager) {
    return FilterChain.newBuilder()
        .setName(name)
        .addFilters(Filter.newBuilder().setName(HCM).setTypedConfig(Extensions.any(manager)));
  }
}
