// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import dev.portcullis.codec.observation.Observations;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that says exactly what a test wants said. */
final class XdsTestClient implements StreamObserver<DeltaDiscoveryResponse>, AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final BlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
  private final ManagedChannel channel;
  private final Node node;
  private final StreamObserver<DeltaDiscoveryRequest> requests;

  XdsTestClient(ManagedChannel channel, String token, Node node) {
    this.channel = channel;
    this.node = node;
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .deltaAggregatedResources(this);
  }

  private DeltaDiscoveryRequest.Builder request(ResourceType type) {
    return DeltaDiscoveryRequest.newBuilder().setNode(node).setTypeUrl(type.url());
  }

  void subscribe(ResourceType type, String... names) {
    requests.onNext(request(type).addAllResourceNamesSubscribe(List.of(names)).build());
  }

  void unsubscribe(ResourceType type, String... names) {
    requests.onNext(request(type).addAllResourceNamesUnsubscribe(List.of(names)).build());
  }

  void resume(ResourceType type, Map<String, String> versions) {
    requests.onNext(request(type).putAllInitialResourceVersions(versions).build());
  }

  void tell(String observations) {
    Struct metadata =
        Struct.newBuilder()
            .putFields(Observations.FIELD, Value.newBuilder().setStringValue(observations).build())
            .build();
    requests.onNext(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(node.toBuilder().setMetadata(metadata))
            .setTypeUrl(Observations.TYPE)
            .build());
  }

  void acknowledge(DeltaDiscoveryResponse response) {
    requests.onNext(reply(response).build());
  }

  void acknowledgeNonce(ResourceType type, String nonce) {
    requests.onNext(request(type).setResponseNonce(nonce).build());
  }

  void reject(DeltaDiscoveryResponse response, String message) {
    requests.onNext(
        reply(response)
            .setErrorDetail(Status.newBuilder().setCode(13).setMessage(message))
            .build());
  }

  private DeltaDiscoveryRequest.Builder reply(DeltaDiscoveryResponse response) {
    return DeltaDiscoveryRequest.newBuilder()
        .setNode(node)
        .setTypeUrl(response.getTypeUrl())
        .setResponseNonce(response.getNonce());
  }

  DeltaDiscoveryResponse next() throws InterruptedException {
    DeltaDiscoveryResponse response = responses.poll(30, TimeUnit.SECONDS);
    if (response == null) {
      throw new AssertionError("no response came; errors: " + errors);
    }
    return response;
  }

  /** The next response, acknowledged. */
  DeltaDiscoveryResponse take() throws InterruptedException {
    DeltaDiscoveryResponse response = next();
    acknowledge(response);
    return response;
  }

  /** A response that comes within 200 ms, or null. */
  @Nullable DeltaDiscoveryResponse unexpected() throws InterruptedException {
    return responses.poll(200, TimeUnit.MILLISECONDS);
  }

  io.grpc.Status failure() throws InterruptedException {
    Throwable error = errors.poll(30, TimeUnit.SECONDS);
    if (error == null) {
      throw new AssertionError("the stream did not fail");
    }
    return io.grpc.Status.fromThrowable(error);
  }

  static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).toList();
  }

  @Override
  public void onNext(DeltaDiscoveryResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable error) {
    errors.add(error);
  }

  @Override
  public void onCompleted() {}

  /** Says that it is done. */
  void leave() {
    requests.onCompleted();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
