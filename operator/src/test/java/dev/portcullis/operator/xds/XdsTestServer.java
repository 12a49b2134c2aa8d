// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import com.google.protobuf.ByteString;
import dev.portcullis.operator.identity.BoundPod;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.ClientCertificate;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.RenewingCertificate;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.operator.identity.TokenVerdict;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.operator.identity.svid.SvidIssuer;
import dev.portcullis.operator.identity.svid.Svids;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.Node;
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
import java.util.Random;
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
  static final String SIDECAR = "system:serviceaccount:shop:orders#orders-1";
  static final Duration SVID_LIFE = Duration.ofHours(1);
  static final String OPERATOR = "system:serviceaccount:portcullis:operator";
  static final String DECIDER = "system:serviceaccount:portcullis:ext-authz";

  final BlockingQueue<ConnectedNode> connected = new LinkedBlockingQueue<>();
  final BlockingQueue<ConnectedNode> disconnected = new LinkedBlockingQueue<>();
  final MeterRegistry metrics = new SimpleMeterRegistry();
  final CurrentTrust trust =
      new CurrentTrust(Trust.in(CertificateAuthority.create(Clock.systemUTC())));
  final ShiftedClock clock = new ShiftedClock();
  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  final Svids svids =
      new Svids(
          trust, "cluster.local", new SvidIssuer(SVID_LIFE, clock, new Random(1)), worker, metrics);
  final NodeDirectory directory = new NodeDirectory(events(), Clock.systemUTC());
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final XdsServer server;

  XdsTestServer() throws IOException {
    this(new XdsLimits(3, 2, 2, 1024, 100, Duration.ofMillis(50)));
  }

  XdsTestServer(XdsLimits limits) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server =
        new XdsServer(
            new InetSocketAddress(loopback, 0),
            new RenewingCertificate(
                    trust,
                    List.of(ServerName.parse("127.0.0.1")),
                    new SpiffeId("cluster.local", "portcullis", "operator"),
                    Clock.systemUTC())
                .keyManager(),
            new ClientCertificate(trust, "cluster.local"),
            XdsTestServer::review,
            new DeltaDiscovery(
                new Roles(Set.of(DECIDER), Set.of(GATEWAY), Set.of(OPERATOR)),
                directory,
                limits,
                metrics,
                executor,
                timer),
            executor);
    server.start();
  }

  private NodeEvents events() {
    return NodeEvents.both(this, svids);
  }

  private static TokenVerdict review(String token) {
    return switch (token) {
      case "bad" -> new TokenVerdict.Refused("not a good token");
      case "later" -> new TokenVerdict.Unavailable("ask later");
      default -> new TokenVerdict.Authenticated(identity(token));
    };
  }

  /** After a {@code #} comes the pod that the token is bound to, for a name and for a UID. */
  static Identity identity(String token) {
    int pod = token.indexOf('#');
    return pod < 0
        ? new Identity(token)
        : new Identity(
            token.substring(0, pod),
            new BoundPod(token.substring(pod + 1), "uid-of-" + token.substring(pod + 1), ""));
  }

  int port() {
    return server.port();
  }

  ExecutorService executor() {
    return executor;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  ManagedChannel channel() throws IOException {
    return channel(TlsChannelCredentials.newBuilder());
  }

  ManagedChannel channel(TlsChannelCredentials.Builder tls) throws IOException {
    var roots =
        new ByteArrayInputStream(trust.get().rootsPem().getBytes(StandardCharsets.US_ASCII));
    return NettyChannelBuilder.forAddress(
            "127.0.0.1", server.port(), tls.trustManager(roots).build())
        .build();
  }

  XdsTestClient client(String token, String nodeId) throws IOException {
    return client(token, Node.newBuilder().setId(nodeId).build());
  }

  XdsTestClient client(String token, Node node) throws IOException {
    return new XdsTestClient(channel(), token, node);
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
    worker.shutdownNow();
    timer.shutdownNow();
  }
}
