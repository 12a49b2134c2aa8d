// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.server;

import dev.portcullis.extauthz.check.AuthorizationService;
import dev.portcullis.extauthz.ending.EndingService;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC server that Envoys connect to: Authorization, and health that says SERVING only while
 * there is a plan to decide by.
 */
public final class DecisionServer implements AutoCloseable {
  private static final List<String> SERVICES =
      List.of(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, AuthorizationGrpc.SERVICE_NAME);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final EventLoops loops;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Connections connections = new Connections();
  private final Server server;
  private final EndingService endings;

  private DecisionServer(
      InetSocketAddress address,
      AuthorizationService service,
      EndingService endings,
      Guard guard,
      GrpcLimits limits)
      throws IOException {
    this.endings = endings;
    report(ServingStatus.NOT_SERVING);
    loops = new EventLoops(limits.threads());
    server =
        loops
            .install(NettyServerBuilder.forAddress(address, guard.credentials()))
            .addTransportFilter(guard.callers())
            .addService(service)
            .addService(endings)
            .addService(health.getHealthService())
            .addTransportFilter(connections)
            .maxInboundMessageSize(limits.maxMessageBytes())
            .maxConcurrentCallsPerConnection(limits.maxStreams())
            // Envoy's keep-alive may come far more often than gRPC expects of clients.
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            // A client that is gone without a word must not keep a connection for ever.
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            // So that new replicas get their share; jittered by gRPC.
            .maxConnectionAge(30, TimeUnit.MINUTES)
            // Longer than EndingService lets a stream last.
            .maxConnectionAgeGrace(6, TimeUnit.MINUTES)
            // Envoy resets a check whose client went away. Clients must not be able to have the
            // connection closed that all of them share.
            .maxRstFramesPerWindow(100_000, 10)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      loops.close();
      throw e;
    }
  }

  /**
   * Listens; does not call itself healthy yet.
   *
   * @param guard who may connect, and about what they may ask
   * @throws IOException when the address is taken or not of this machine
   */
  public static DecisionServer start(
      InetSocketAddress address,
      AuthorizationService service,
      EndingService endings,
      Guard guard,
      GrpcLimits limits)
      throws IOException {
    return new DecisionServer(address, service, endings, guard, limits);
  }

  /** The port that it listens on; chosen by the kernel when port 0 was asked for. */
  public int port() {
    return server.getPort();
  }

  /** Open connections. */
  public int connections() {
    return connections.open();
  }

  /** Calls itself healthy. */
  public void ready() {
    report(ServingStatus.SERVING);
  }

  private void report(ServingStatus status) {
    SERVICES.forEach(service -> health.setStatus(service, status));
  }

  /**
   * Calls itself unhealthy, decides on until Envoys have noticed, and stops.
   *
   * @param notice how long Envoys need to notice; cut short when no connection is left
   */
  public void drain(Duration notice) throws InterruptedException {
    health.enterTerminalState();
    long deadline = System.nanoTime() + notice.toNanos();
    while (connections.open() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(LOOK);
    }
    endings.close();
    server.shutdown();
    server.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS);
    close();
  }

  /** Stops at once; whatever is under way is cut off. */
  @Override
  public void close() {
    server.shutdownNow();
    loops.close();
  }
}
