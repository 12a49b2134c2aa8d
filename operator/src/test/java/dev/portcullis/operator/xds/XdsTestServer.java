// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import com.google.protobuf.ByteString;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.RenewingCertificate;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.operator.identity.TokenVerdict;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The real server on a free port. The tokens it knows are the names of its two identities. */
final class XdsTestServer implements NodeEvents, AutoCloseable {
  static final String GATEWAY = "system:serviceaccount:shop:gateway";
  static final String DECIDER = "system:serviceaccount:portcullis:ext-authz";

  final BlockingQueue<ConnectedNode> connected = new LinkedBlockingQueue<>();
  final BlockingQueue<ConnectedNode> disconnected = new LinkedBlockingQueue<>();
  final MeterRegistry metrics = new SimpleMeterRegistry();
  final NodeDirectory directory = new NodeDirectory(this, Clock.systemUTC());
  private final CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final XdsServer server;

  XdsTestServer() throws IOException {
    this(new XdsLimits(2, 1024, 100, Duration.ofMillis(50)));
  }

  XdsTestServer(XdsLimits limits) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server =
        new XdsServer(
            new InetSocketAddress(loopback, 0),
            new RenewingCertificate(
                    authority, List.of(ServerName.parse("127.0.0.1")), Clock.systemUTC())
                .keyManager(),
            XdsTestServer::review,
            new DeltaDiscovery(
                new Roles(Set.of(DECIDER), Set.of(GATEWAY)),
                directory,
                limits,
                metrics,
                executor,
                timer),
            executor);
    server.start();
  }

  private static TokenVerdict review(String token) {
    return switch (token) {
      case "bad" -> new TokenVerdict.Refused("not a good token");
      case "later" -> new TokenVerdict.Unavailable("ask later");
      default -> new TokenVerdict.Authenticated(new Identity(token));
    };
  }

  ManagedChannel channel() throws IOException {
    var trust =
        new ByteArrayInputStream(
            Pem.of(authority.certificate()).getBytes(StandardCharsets.US_ASCII));
    return NettyChannelBuilder.forAddress(
            "127.0.0.1",
            server.port(),
            TlsChannelCredentials.newBuilder().trustManager(trust).build())
        .build();
  }

  XdsTestClient client(String token, String nodeId) throws IOException {
    return new XdsTestClient(channel(), token, nodeId);
  }

  ConnectedNode nextNode() throws InterruptedException {
    ConnectedNode node = connected.poll(30, TimeUnit.SECONDS);
    if (node == null) {
      throw new AssertionError("no node connected");
    }
    return node;
  }

  /** A resource whose body is the given text. */
  static XdsResource resource(ResourceType type, String name, String body) {
    return XdsResource.of(type, name, ByteString.copyFromUtf8(body).toByteArray());
  }

  @Override
  public void connected(ConnectedNode node) {
    connected.add(node);
  }

  @Override
  public void progressed(ConnectedNode node) {}

  @Override
  public void disconnected(ConnectedNode node) {
    disconnected.add(node);
  }

  @Override
  public void close() {
    server.close();
    timer.shutdownNow();
  }
}
