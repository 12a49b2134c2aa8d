// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.ClientCertificate;
import dev.portcullis.operator.identity.TokenAuthenticator;
import dev.portcullis.operator.identity.TokenInterceptor;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;

/** Listens for xDS clients: TLS with the operator's certificate, and a token in every stream. */
public final class XdsServer implements AutoCloseable {
  /** Names and versions of everything that a client holds come in its first request. */
  private static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

  /** A projected token may be 16 KiB. */
  private static final int MAX_HEADER_BYTES = 24 * 1024;

  /** A connection's end asks for a fresh token; clients say what they hold, so it costs little. */
  private static final Duration MAX_CONNECTION_AGE = Duration.ofMinutes(30);

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Server server;

  /**
   * @param certificate shown to clients
   * @param clients judges the certificates that clients show
   * @param executor runs calls; must allow them to block
   */
  public XdsServer(
      InetSocketAddress address,
      KeyManager certificate,
      ClientCertificate clients,
      TokenAuthenticator tokens,
      BindableService discovery,
      Executor executor) {
    this.server =
        NettyServerBuilder.forAddress(
                address,
                TlsServerCredentials.newBuilder()
                    .keyManager(certificate)
                    .trustManager(clients.trustManager())
                    // Nobody has one before the first stream, and Envoys never show one here.
                    .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                    .build())
            .addService(
                ServerInterceptors.intercept(discovery, new TokenInterceptor(tokens, clients)))
            .executor(executor)
            .maxInboundMessageSize(MAX_REQUEST_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(16)
            .maxConnectionAge(MAX_CONNECTION_AGE.toSeconds(), TimeUnit.SECONDS)
            .maxConnectionAgeGrace(GRACE.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .build();
  }

  /**
   * Starts to listen.
   *
   * @throws IOException when the address is taken or not ours
   */
  public void start() throws IOException {
    server.start();
  }

  /** The port that it listens on; useful when the address asked for port 0. */
  public int port() {
    return server.getPort();
  }

  /** Ends all streams; clients keep what they hold and reconnect. Takes at most 2 s. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the xDS server did not stop within " + GRACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
