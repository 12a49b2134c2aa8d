// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import com.google.protobuf.Message;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;

/**
 * TLS 1.3 in which both sides show the certificate of their workload. An Envoy fetches its own
 * certificate and the roots from the operator, on the stream that brings everything else; a
 * listener or cluster that has not got them yet does not come into being, however long it takes.
 *
 * <p>No session is ever resumed: a resumed one would be with whom it was when its certificate was
 * looked at, be that expired or its root gone meanwhile.
 *
 * <p>Not for the cluster of the operator itself: an Envoy that fetches the certificate for a stream
 * over that same stream crashes (measured with 1.40).
 */
public final class MutualTls {
  /** The secret with an Envoy's own certificate and key. */
  public static final String CERTIFICATE = "portcullis/svid";

  /** The secret with the roots that peers' certificates must chain to. */
  public static final String ROOTS = "portcullis/roots";

  private static final String NAME = "envoy.transport_sockets.tls";

  private MutualTls() {}

  /**
   * Speaks to a server that proves to be one of these.
   *
   * @param peers at least one
   * @param alpn protocols offered, the most wanted first; empty: none is named
   */
  public static TransportSocket upstream(List<PeerMatch> peers, List<String> alpn) {
    return socket(
        UpstreamTlsContext.newBuilder()
            .setCommonTlsContext(common(peers, alpn))
            .setMaxSessionKeys(Scalars.count(0))
            .build());
  }

  /**
   * Listens for clients that prove to be one of these; others do not get past the handshake.
   *
   * @param peers at least one
   * @param alpn protocols taken, the most wanted first; empty: none is named
   */
  public static TransportSocket downstream(List<PeerMatch> peers, List<String> alpn) {
    return socket(
        DownstreamTlsContext.newBuilder()
            .setCommonTlsContext(common(peers, alpn))
            .setRequireClientCertificate(Scalars.bool(true))
            .setDisableStatelessSessionResumption(true)
            .setDisableStatefulSessionResumption(true)
            .build());
  }

  private static CommonTlsContext common(List<PeerMatch> peers, List<String> alpn) {
    if (peers.isEmpty()) {
      throw new IllegalArgumentException("without a peer named, any would do");
    }
    CertificateValidationContext.Builder validation = CertificateValidationContext.newBuilder();
    peers.forEach(peer -> validation.addMatchTypedSubjectAltNames(peer.matcher()));
    return CommonTlsContext.newBuilder()
        .setTlsParams(
            TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
                .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3))
        .addAllAlpnProtocols(alpn)
        .addTlsCertificateSdsSecretConfigs(secret(CERTIFICATE))
        .setCombinedValidationContext(
            CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(validation)
                .setValidationContextSdsSecretConfig(secret(ROOTS)))
        .build();
  }

  private static SdsSecretConfig secret(String name) {
    return SdsSecretConfig.newBuilder()
        .setName(name)
        .setSdsConfig(
            ConfigSource.newBuilder()
                .setResourceApiVersion(ApiVersion.V3)
                .setInitialFetchTimeout(Scalars.seconds(0))
                .setAds(AggregatedConfigSource.getDefaultInstance()))
        .build();
  }

  private static TransportSocket socket(Message context) {
    return TransportSocket.newBuilder()
        .setName(NAME)
        .setTypedConfig(Extensions.any(context))
        .build();
  }
}
