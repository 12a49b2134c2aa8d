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
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 and gRPC clients, WebSockets, and services of either protocol; two decision services. */
final class ProtocolIT {
  @TempDir static Path directory;
  private static ScriptedAuthz authz;
  private static EchoUpstream http1;
  private static WebSocketUpstream webSocket;
  private static Server grpc;
  private static Gate gate;

  @BeforeAll
  static void open() throws IOException {
    authz = new ScriptedAuthz(FreePorts.next());
    http1 = new EchoUpstream();
    webSocket = new WebSocketUpstream();
    grpc =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    gate =
        Gate.open(
            directory,
            List.of(Gate.loopback(authz.port()), Gate.loopback(FreePorts.next())),
            List.of(
                service("plain", http1.port(), Protocol.HTTP1),
                service("socket", webSocket.port(), Protocol.HTTP1),
                service("grpc", grpc.getPort(), Protocol.HTTP2)),
            List.of(
                Plans.guarded("shop/plain", FailureMode.DENY),
                Plans.guarded("shop/socket", FailureMode.DENY),
                Plans.withBody("shop/grpc", FailureMode.DENY, 1024)));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> gate.get("plain.shop", "/", "").startsWith("HTTP/1.1 200"));
  }

  @AfterAll
  static void close() {
    gate.close();
    grpc.shutdownNow();
    webSocket.close();
    http1.close();
    authz.close();
  }

  @BeforeEach
  void allow() {
    authz.answer(ScriptedAuthz.ALLOW);
  }

  @Test
  void speaksHttp2ToAGrpcService() {
    assertThat(health("grpc.shop")).isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void tellsAGrpcCallerWhy() {
    authz.answer(_ -> ScriptedAuthz.denied(StatusCode.Unauthorized, "Authentication is required"));
    assertThatThrownBy(() -> health("grpc.shop"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
              assertThat(refused.getStatus().getDescription())
                  .isEqualTo("Authentication is required");
            });
  }

  @Test
  void speaksHttp1ToAPlainServiceWhateverTheClientSpeaks() {
    int before = http1.begun();
    assertThatThrownBy(() -> health("plain.shop"))
        .as("an answer that is not gRPC")
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(http1.begun()).isEqualTo(before + 1);
  }

  @Test
  void opensAWebSocketOnlyAfterADecision() throws IOException {
    String upgrade =
        "GET /ws HTTP/1.1\r\nhost: socket.shop\r\nconnection: upgrade, x-user-id\r\n"
            + "upgrade: websocket\r\nsec-websocket-version: 13\r\n"
            + "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    try (RawClient client = new RawClient(gate.port())) {
      client.send(upgrade);
      assertThat(client.response()).startsWith("HTTP/1.1 101");
      client.send("ping");
      assertThat(client.read(4)).isEqualTo("ping");
    }
    assertThat(webSocket.lastHead())
        .containsIgnoringCase("\r\nx-user-id: ours\r\n")
        .containsIgnoringCase("\r\nconnection: upgrade\r\n");
    int before = webSocket.opened();
    authz.answer(_ -> ScriptedAuthz.denied(StatusCode.Unauthorized, "{}"));
    assertThat(RawClient.exchange(gate.port(), upgrade)).startsWith("HTTP/1.1 401");
    assertThat(webSocket.opened()).isEqualTo(before);
  }

  @Test
  void doesNotNoticeThatOneOfTwoDecisionServicesIsGone() throws IOException {
    for (int i = 0; i < 20; i++) {
      assertThat(gate.get("plain.shop", "/", "")).startsWith("HTTP/1.1 200");
    }
  }

  private static ServingStatus health(String authority) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), gate.port()))
            .overrideAuthority(authority)
            .usePlaintext()
            .build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private static Upstream service(String name, int port, Protocol protocol) {
    return new Upstream("shop", name, null, Gate.loopback(port), protocol);
  }
}
