// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.portcullis.codec.PlanVersion;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * A delta xDS server over TLS that says what a test tells it to say, and remembers what it hears.
 */
public final class TestOperator implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Boolean> MUTUAL = Context.key("mutual");

  private final BlockingQueue<Conversation> conversations = new LinkedBlockingQueue<>();
  private final Server server;
  private final int port;
  private volatile String token = "first";

  public TestOperator(int port, Path certificate, Path key) throws IOException {
    this(port, GrpcSslContexts.forServer(certificate.toFile(), key.toFile()).build());
  }

  /**
   * One that asks clients for certificates.
   *
   * @param roots PEM
   */
  static TestOperator asking(Path certificate, Path key, String roots) throws IOException {
    return new TestOperator(
        0,
        GrpcSslContexts.forServer(certificate.toFile(), key.toFile())
            .trustManager(new ByteArrayInputStream(roots.getBytes(StandardCharsets.US_ASCII)))
            .clientAuth(ClientAuth.OPTIONAL)
            .build());
  }

  private TestOperator(int port, SslContext tls) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .sslContext(tls)
            .addService(new Service())
            .intercept(new Guard())
            .build()
            .start();
    this.port = server.getPort();
  }

  public int port() {
    return port;
  }

  /** Only this token is let in from now on. */
  public void expect(String wanted) {
    token = wanted;
  }

  /** The next client that gets through; fails when none comes within 10 s. */
  public Conversation next() throws InterruptedException {
    Conversation conversation = conversations.poll(10, TimeUnit.SECONDS);
    if (conversation == null) {
      throw new AssertionError("nobody connected within 10 s");
    }
    return conversation;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A resource with the version that fits its content. */
  public static Resource resource(PlanKind kind, String name, byte[] content) {
    return resource(kind, name, PlanVersion.of(content), content);
  }

  public static Resource resource(PlanKind kind, String name, String version, byte[] content) {
    return Resource.newBuilder()
        .setName(name)
        .setVersion(version)
        .setResource(
            Any.newBuilder().setTypeUrl(kind.typeUrl()).setValue(ByteString.copyFrom(content)))
        .build();
  }

  /** One client's stream. */
  public static final class Conversation implements StreamObserver<DeltaDiscoveryRequest> {
    private final StreamObserver<DeltaDiscoveryResponse> responses;
    private final BlockingQueue<DeltaDiscoveryRequest> heard = new LinkedBlockingQueue<>();
    private final CountDownLatch left = new CountDownLatch(1);
    private final boolean mutual;
    private int nonce;

    Conversation(StreamObserver<DeltaDiscoveryResponse> responses, boolean mutual) {
      this.responses = responses;
      this.mutual = mutual;
    }

    /** Whether the client showed a certificate. */
    boolean mutual() {
      return mutual;
    }

    /** What the client says next; fails when it is silent for 10 s. */
    public DeltaDiscoveryRequest hear() throws InterruptedException {
      DeltaDiscoveryRequest request = heard.poll(10, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("the client said nothing for 10 s");
      }
      return request;
    }

    /** Says something and returns the client's answer. */
    public DeltaDiscoveryRequest say(PlanKind kind, List<Resource> put, List<String> removed)
        throws InterruptedException {
      return say(kind.typeUrl(), put, removed);
    }

    private DeltaDiscoveryRequest say(String type, List<Resource> put, List<String> removed)
        throws InterruptedException {
      String said = tell(type, put, removed);
      DeltaDiscoveryRequest answer = hear();
      if (!answer.getResponseNonce().equals(said)) {
        throw new AssertionError("not an answer to " + said + ": " + answer);
      }
      return answer;
    }

    /** Says something and returns its nonce. */
    String tell(String type, List<Resource> put, List<String> removed) {
      String said = "n" + ++nonce;
      responses.onNext(
          DeltaDiscoveryResponse.newBuilder()
              .setTypeUrl(type)
              .setNonce(said)
              .addAllResources(put)
              .addAllRemovedResources(removed)
              .build());
      return said;
    }

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
      heard.add(request);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      left.countDown();
      responses.onCompleted();
    }

    /** Whether the client says within 10 s that it is done, and does not just go. */
    boolean left() throws InterruptedException {
      return left.await(10, TimeUnit.SECONDS);
    }
  }

  private final class Service extends AggregatedDiscoveryServiceImplBase {
    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> responses) {
      Conversation conversation = new Conversation(responses, Boolean.TRUE.equals(MUTUAL.get()));
      conversations.add(conversation);
      return conversation;
    }
  }

  private final class Guard implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (("Bearer " + token).equals(headers.get(AUTHORIZATION))) {
        Context context = Context.current().withValue(MUTUAL, showsCertificate(call));
        return Contexts.interceptCall(context, call, headers, next);
      }
      call.close(Status.UNAUTHENTICATED.withDescription("not the token"), new Metadata());
      return new ServerCall.Listener<>() {};
    }

    private static boolean showsCertificate(ServerCall<?, ?> call) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      try {
        return session != null && session.getPeerCertificates().length > 0;
      } catch (SSLPeerUnverifiedException e) {
        return false;
      }
    }
  }
}
