// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.FailureMode;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That Envoy ends a stream when the decision says so, and not when the client does. */
final class StreamLifetimeIT {
  private static final String LIFETIME = "x-envoy-upstream-stream-duration-ms";
  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\nhost: socket.shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
          + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

  @TempDir static Path directory;
  private static ScriptedAuthz authz;
  private static WebSocketUpstream webSocket;
  private static Server grpc;
  private static Gate gate;

  @BeforeAll
  static void open() throws IOException {
    authz = new ScriptedAuthz(FreePorts.next());
    webSocket = new WebSocketUpstream();
    grpc =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    gate =
        Gate.open(
            directory,
            List.of(Gate.loopback(authz.port())),
            List.of(
                service("socket", webSocket.port(), Protocol.HTTP1),
                service("grpc", grpc.getPort(), Protocol.HTTP2)),
            List.of(
                Plans.guarded("shop/socket", FailureMode.DENY),
                Plans.guarded("shop/grpc", FailureMode.DENY)));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> RawClient.exchange(gate.port(), UPGRADE + "\r\n").startsWith("HTTP/1.1 101"));
  }

  @AfterAll
  static void close() {
    gate.close();
    grpc.shutdownNow();
    webSocket.close();
    authz.close();
  }

  @Test
  void endsAWebSocketThatIsStillTalking() throws IOException {
    authz.answer(_ -> ScriptedAuthz.allowed(LIFETIME, "1500"));
    try (RawClient client = new RawClient(gate.port())) {
      client.send(UPGRADE + "\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 101");
      long opened = System.nanoTime();
      assertThatThrownBy(() -> talk(client)).isInstanceOf(IOException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - opened))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9));
    }
    assertThat(webSocket.lastHead()).doesNotContainIgnoringCase(LIFETIME);
  }

  @Test
  void leavesAWebSocketAloneThatNothingBinds() throws IOException {
    authz.answer(ScriptedAuthz.ALLOW);
    try (RawClient client = new RawClient(gate.port())) {
      client.send(UPGRADE + LIFETIME + ": 300\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 101");
      long opened = System.nanoTime();
      while (System.nanoTime() - opened < Duration.ofSeconds(2).toNanos()) {
        echo(client);
      }
    }
  }

  @Test
  void endsAGrpcStream() {
    authz.answer(_ -> ScriptedAuthz.allowed(LIFETIME, "1500"));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), gate.port()))
            .overrideAuthority("grpc.shop")
            .usePlaintext()
            .build();
    try {
      Iterator<HealthCheckResponse> watched =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(Duration.ofSeconds(20))
              .watch(HealthCheckRequest.getDefaultInstance());
      assertThat(watched.next().getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
      long opened = System.nanoTime();
      assertThatThrownBy(watched::next).isInstanceOf(StatusRuntimeException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - opened)).isLessThan(Duration.ofSeconds(9));
    } finally {
      channel.shutdownNow();
    }
  }

  /** Until the other side has had enough, at most for ten seconds. */
  private static void talk(RawClient client) throws IOException {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < Duration.ofSeconds(10).toNanos()) {
      echo(client);
    }
  }

  private static void echo(RawClient client) throws IOException {
    client.send("ping");
    if (!client.read(4).equals("ping")) {
      throw new IOException("the stream ended");
    }
  }

  private static Upstream service(String name, int port, Protocol protocol) {
    return new Upstream("shop", name, null, Gate.loopback(port), protocol);
  }
}
