// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import com.google.common.net.HostAndPort;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Where the operator is and how both sides know each other.
 *
 * @param address host and port; the operator's certificate must name the host
 * @param ca PEM file of the operator's authority; read anew for each connection, so that it can be
 *     rotated
 * @param token file of the bearer token; read anew for each stream
 */
public record OperatorAddress(HostAndPort address, Path ca, Path token) {
  private static final long KEEP_ALIVE_SECONDS = 30;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 10;

  /** A response holds at most 4 MiB of resources, but a single one may be larger. */
  private static final int MAX_MESSAGE_BYTES = 32 << 20;

  /**
   * A channel, not yet connected.
   *
   * @param certificate shown to the operator, so that both sides prove who they are; null: none
   * @param callbacks runs everything that arrives
   * @throws IOException when the authority's file cannot be read
   */
  ManagedChannel open(@Nullable KeyManager certificate, Executor callbacks) throws IOException {
    SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(ca.toFile());
    if (certificate != null) {
      tls.keyManager(certificate);
    }
    return NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
        .sslContext(tls.build())
        .executor(callbacks)
        .proxyDetector(_ -> null)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .disableRetry()
        .build();
  }
}
