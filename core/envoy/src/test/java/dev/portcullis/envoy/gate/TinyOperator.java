// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.Any;
import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.ResourceKind;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one translation over delta ADS, once per stream, and remembers who asked. */
final class TinyOperator extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase
    implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CREDENTIAL = Context.key("credential");

  private final EnvoyResources resources;
  private final List<String> credentials = new CopyOnWriteArrayList<>();
  private final List<Node> nodes = new CopyOnWriteArrayList<>();
  private final List<String> rejected = new CopyOnWriteArrayList<>();
  private final Server server;

  TinyOperator(int port, TestCa.Leaf leaf, EnvoyResources resources) throws IOException {
    this.resources = resources;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .sslContext(
                GrpcSslContexts.forServer(
                        new ByteArrayInputStream(leaf.chain().getBytes(US_ASCII)),
                        new ByteArrayInputStream(leaf.key().getBytes(US_ASCII)))
                    .build())
            .addService(ServerInterceptors.intercept(this, new Credential()))
            .build()
            .start();
  }

  /** The authorization header of each stream. */
  List<String> credentials() {
    return List.copyOf(credentials);
  }

  /** The node of each request. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** What Envoy did not accept. */
  List<String> rejected() {
    return List.copyOf(rejected);
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> answers) {
    credentials.add(String.valueOf(CREDENTIAL.get()));
    return new StreamObserver<>() {
      @Override
      public void onNext(DeltaDiscoveryRequest request) {
        nodes.add(request.getNode());
        if (request.hasErrorDetail()) {
          rejected.add(request.getErrorDetail().getMessage());
        } else if (request.getResponseNonce().isEmpty()) {
          for (ResourceKind kind : ResourceKind.values()) {
            if (kind.typeUrl().equals(request.getTypeUrl())) {
              answers.onNext(all(kind));
            }
          }
        }
      }

      @Override
      public void onError(Throwable broken) {}

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private DeltaDiscoveryResponse all(ResourceKind kind) {
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder().setTypeUrl(kind.typeUrl()).setNonce("1");
    resources
        .of(kind)
        .forEach((name, resource) ->
            response.addResources(
                Resource.newBuilder()
                    .setName(name)
                    .setVersion("1")
                    .setResource(Any.pack(resource))));
    return response.build();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Credential implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String credential = String.valueOf(headers.get(AUTHORIZATION));
      return Contexts.interceptCall(
          Context.current().withValue(CREDENTIAL, credential), call, headers, next);
    }
  }
}
