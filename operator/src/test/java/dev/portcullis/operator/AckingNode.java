// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.codec.observation.Observations;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node that takes what it is sent, and refuses resources on demand. It stands for nodes where a
 * test is about the operator and a real one would only be slower.
 */
final class AckingNode implements StreamObserver<DeltaDiscoveryResponse>, AutoCloseable {
  final Map<String, Resource> held = new ConcurrentHashMap<>();
  final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
  private final ManagedChannel channel;
  private final Node node;
  private final StreamObserver<DeltaDiscoveryRequest> requests;
  private final List<DeltaDiscoveryRequest> unanswered = new ArrayList<>();
  private boolean silent;
  private volatile Predicate<Resource> refuses = _ -> false;

  AckingNode(int port, Path ca, String token, Node node, List<String> types) throws IOException {
    this("127.0.0.1", port, ca, token, node, types);
  }

  AckingNode(String host, int port, Path ca, String token, Node node, List<String> types)
      throws IOException {
    this.node = node;
    channel =
        NettyChannelBuilder.forAddress(
                host, port, TlsChannelCredentials.newBuilder().trustManager(ca.toFile()).build())
            .build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .deltaAggregatedResources(this);
    types.forEach(type ->
        requests.onNext(
            DeltaDiscoveryRequest.newBuilder()
                .setNode(node)
                .setTypeUrl(type)
                .addResourceNamesSubscribe("*")
                .build()));
  }

  void refuse(Predicate<Resource> which) {
    refuses = which;
  }

  /** Takes what comes from now on, but answers only after {@link #answer}. */
  synchronized void keepSilent() {
    silent = true;
  }

  /** Answers to all that came meanwhile. */
  synchronized void answer() {
    silent = false;
    unanswered.forEach(requests::onNext);
    unanswered.clear();
  }

  private synchronized void reply(DeltaDiscoveryRequest reply) {
    if (silent) {
      unanswered.add(reply);
    } else {
      requests.onNext(reply);
    }
  }

  /** Says what a decision service would have seen. */
  void tell(Observations observations) {
    Value json = Value.newBuilder().setStringValue(observations.toJson()).build();
    reply(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(
                node.toBuilder()
                    .setMetadata(Struct.newBuilder().putFields(Observations.FIELD, json)))
            .setTypeUrl(Observations.TYPE)
            .build());
  }

  /** The versions of all that it holds, by name. */
  Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    held.forEach((name, resource) -> versions.put(name, resource.getVersion()));
    return versions;
  }

  @Nullable String body(String name) {
    Resource resource = held.get(name);
    return resource == null ? null : resource.getResource().getValue().toStringUtf8();
  }

  @Override
  public void onNext(DeltaDiscoveryResponse response) {
    DeltaDiscoveryRequest.Builder reply =
        DeltaDiscoveryRequest.newBuilder()
            .setNode(node)
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce());
    if (response.getResourcesList().stream().anyMatch(refuses)) {
      reply.getErrorDetailBuilder().setCode(3).setMessage("refused by the test");
    } else {
      response.getResourcesList().forEach(resource -> held.put(resource.getName(), resource));
    }
    response.getRemovedResourcesList().forEach(held::remove);
    reply(reply.build());
  }

  @Override
  public void onError(Throwable error) {
    errors.add(error);
  }

  @Override
  public void onCompleted() {}

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
