// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.extauthz.log.LogKeys;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delta stream from its first request to its end.
 *
 * <p>Each response is taken resource by resource: what loads takes effect, also when a neighbour
 * does not. It is then acknowledged, or refused with an error that names each resource at fault.
 * The next response is asked for only after that, so that at most one waits in memory.
 */
final class PlanConversation
    implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  private static final Logger LOG = LoggerFactory.getLogger(PlanConversation.class);
  private static final int MAX_NAMED_FAILURES = 20;
  private static final int MAX_FAILURE_TEXT = 1000;

  private final Node node;
  private final PlanReceiver receiver;
  private final @Nullable IdentityResources identity;
  private final Reads reads;
  private final Consumer<Ending> ended;
  private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;
  private boolean answered;

  /** What is asked for. */
  enum Reads {
    /** Only who this replica is: plans are read by those alone who can prove that. */
    IDENTITY,
    /** Everything. */
    ALL
  }

  /**
   * How a stream ended.
   *
   * @param answered whether the operator sent anything on it
   * @param identified whether it was only for the identity, and has got it
   */
  record Ending(boolean answered, boolean identified, Throwable cause) {}

  /**
   * @param identity takes the replica's own certificate; null: it needs none
   */
  PlanConversation(
      Node node,
      PlanReceiver receiver,
      @Nullable IdentityResources identity,
      Reads reads,
      Consumer<Ending> ended) {
    this.node = node;
    this.receiver = receiver;
    this.identity = identity;
    this.reads = reads;
    this.ended = ended;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> stream) {
    stream.disableAutoRequestWithInitial(1);
    requests = stream;
  }

  /** Asks for every resource that is read, telling what is held, so that only changes travel. */
  void subscribe() {
    if (identity != null) {
      // What is held of it is not told: a key that somebody may have seen is not worth keeping.
      send(
          DeltaDiscoveryRequest.newBuilder()
              .setNode(node)
              .setTypeUrl(IdentityResources.TYPE)
              .addAllResourceNamesSubscribe(IdentityResources.NAMES));
    }
    if (reads == Reads.IDENTITY) {
      return;
    }
    for (PlanKind kind : PlanKind.values()) {
      send(
          DeltaDiscoveryRequest.newBuilder()
              .setNode(node)
              .setTypeUrl(kind.typeUrl())
              .addResourceNamesSubscribe("*")
              .putAllInitialResourceVersions(receiver.held(kind)));
    }
  }

  /**
   * Tells the operator what this replica saw, where plans are read and the operator has spoken.
   *
   * @return whether it was told; not while the transport is full
   */
  boolean tell(Observations observations) {
    if (reads != Reads.ALL || !answered || !stream().isReady()) {
      return false;
    }
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(Observations.TYPE)
            .setNode(
                node.toBuilder()
                    .setMetadata(
                        Struct.newBuilder()
                            .putFields(
                                Observations.FIELD,
                                Value.newBuilder()
                                    .setStringValue(observations.toJson())
                                    .build()))));
    return true;
  }

  /** Says that this replica is done, so that nobody waits for what it holds. */
  void leave() {
    if (requests != null) {
      requests.onCompleted();
    }
  }

  @Override
  public void onNext(DeltaDiscoveryResponse response) {
    if (!answered) {
      answered = true;
      receiver.connected(reads == Reads.ALL);
    }
    DeltaDiscoveryRequest.Builder reply =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce());
    Optional<PlanKind> kind = PlanKind.of(response.getTypeUrl());
    List<String> failures;
    if (kind.isPresent()) {
      failures = take(kind.get(), response);
    } else if (identity != null && response.getTypeUrl().equals(IdentityResources.TYPE)) {
      failures = identity.take(response);
    } else {
      failures = List.of("not a type that was asked for: " + response.getTypeUrl());
    }
    if (!failures.isEmpty()) {
      LOG.atWarn()
          .addKeyValue(LogKeys.TYPE, response.getTypeUrl())
          .addKeyValue(LogKeys.CAUSE, summary(failures))
          .log("parts of the plan were refused");
      reply.setErrorDetail(
          Status.newBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).setMessage(summary(failures)));
    }
    send(reply);
    if (reads == Reads.IDENTITY && identity != null && identity.complete()) {
      ended.accept(new Ending(true, true, new IllegalStateException("the identity is complete")));
    } else {
      stream().request(1);
    }
  }

  private List<String> take(PlanKind kind, DeltaDiscoveryResponse response) {
    List<PlanChange.Item> put = new ArrayList<>(response.getResourcesCount());
    List<String> failures = new ArrayList<>();
    for (Resource resource : response.getResourcesList()) {
      Any body = resource.getResource();
      if (body.getTypeUrl().equals(kind.typeUrl())) {
        put.add(new PlanChange.Item(resource.getName(), resource.getVersion(), body.getValue()));
      } else {
        failures.add(resource.getName() + ": is of type " + body.getTypeUrl());
      }
    }
    receiver
        .take(new PlanChange(kind, put, response.getRemovedResourcesList()))
        .forEach((name, why) -> failures.add(name + ": " + why));
    return failures;
  }

  private static String summary(List<String> failures) {
    String text =
        String.join("; ", failures.subList(0, Math.min(failures.size(), MAX_NAMED_FAILURES)));
    String more =
        failures.size() > MAX_NAMED_FAILURES
            ? " (and " + (failures.size() - MAX_NAMED_FAILURES) + " more)"
            : "";
    return (text.length() > MAX_FAILURE_TEXT ? text.substring(0, MAX_FAILURE_TEXT) + "…" : text)
        + more;
  }

  @Override
  public void onError(Throwable cause) {
    ended.accept(new Ending(answered, false, cause));
  }

  @Override
  public void onCompleted() {
    ended.accept(
        new Ending(answered, false, new IllegalStateException("the operator closed the stream")));
  }

  private void send(DeltaDiscoveryRequest.Builder request) {
    stream().onNext(request.build());
  }

  private ClientCallStreamObserver<DeltaDiscoveryRequest> stream() {
    if (requests == null) {
      throw new IllegalStateException("the stream was not started");
    }
    return requests;
  }
}
