// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.xds.ResourceType;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens to one other operator, over a connection of its own: so each begins with the newest roots
 * and token.
 */
final class PeerStream
    implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse>,
        AutoCloseable {
  /** As much as an operator takes from a node, and more than the largest report. */
  private static final int MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

  private final PeerNodes nodes;
  private final Listener listener;
  private final ManagedChannel channel;
  private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;

  /** Learns how it goes; from any thread, and must return at once. */
  interface Listener {

    /** Something new was said. */
    void said();

    /** A report could not be used. */
    void refused(String reason);

    /** The stream has ended; null: the other wished so. */
    void ended(@Nullable Throwable reason);
  }

  private PeerStream(PeerNodes nodes, Listener listener, ManagedChannel channel) {
    this.nodes = nodes;
    this.listener = listener;
    this.channel = channel;
  }

  /**
   * Begins to listen. Returns at once; {@link Listener#ended} is called once.
   *
   * @throws IOException when there is no token or no root to begin with
   */
  static PeerStream open(
      PeerAccess access,
      InetSocketAddress address,
      PeerNodes nodes,
      Executor executor,
      Listener listener)
      throws IOException {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + Files.readString(access.token(), StandardCharsets.US_ASCII).strip());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                address,
                TlsChannelCredentials.newBuilder()
                    .trustManager(PeerRoots.trust(access.roots().get()))
                    .build())
            .overrideAuthority(access.server())
            .executor(executor)
            .maxInboundMessageSize(MAX_RESPONSE_BYTES)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .build();
    PeerStream stream = new PeerStream(nodes, listener, channel);
    nodes.begins();
    var requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .deltaAggregatedResources(stream);
    requests.onNext(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(Node.newBuilder().setId(access.replica()))
            .setTypeUrl(ResourceType.NODE_REPORT.url())
            .build());
    return stream;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> stream) {
    requests = stream;
  }

  @Override
  public void onNext(DeltaDiscoveryResponse response) {
    DeltaDiscoveryRequest.Builder reply =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce());
    String refused = null;
    for (Resource resource : response.getResourcesList()) {
      String reason = take(resource);
      refused = reason == null ? refused : reason;
    }
    response.getRemovedResourcesList().forEach(nodes::forgets);
    if (refused != null) {
      listener.refused(refused);
      reply
          .getErrorDetailBuilder()
          .setCode(Status.Code.INVALID_ARGUMENT.value())
          .setMessage(refused);
    }
    listener.said();
    if (requests != null) {
      requests.onNext(reply.build());
    }
  }

  /** Returns why it cannot be used; null: it was. What is not used is not counted as said. */
  private @Nullable String take(Resource resource) {
    try {
      byte[] json = resource.getResource().getValue().toByteArray();
      if (resource.getName().equals(NodeReports.SUMMARY)) {
        nodes.summary(ReportCodec.readSummary(json));
        return null;
      }
      return nodes.says(resource.getName(), ReportCodec.read(json))
          ? null
          : "of too many nodes is spoken";
    } catch (IllegalArgumentException e) {
      return "the report " + resource.getName() + " cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void onError(Throwable error) {
    end(error);
  }

  @Override
  public void onCompleted() {
    end(null);
  }

  private void end(@Nullable Throwable error) {
    nodes.ends();
    channel.shutdownNow();
    listener.ended(error);
  }

  /** Stops to listen. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
