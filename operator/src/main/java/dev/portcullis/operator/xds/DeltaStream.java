// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import com.google.protobuf.Value;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.Role;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream: reads its requests, keeps its subscriptions and sends what differs. All but
 * {@link #wake} runs on the stream's own serial executor.
 *
 * <p>Types are sent in their order, and a type waits until the client replied to the ones before
 * it: a listener never arrives before the clusters that its routes name. What others may refer to
 * is removed last, when everything else has been quiet for a while. The next request is read only
 * when the last one has been dealt with, and nothing is sent while the transport is full.
 */
final class DeltaStream {
  private static final Logger LOG = LoggerFactory.getLogger(DeltaStream.class);
  private static final int MAX_NODE_ID = 256;

  private final ServerCallStreamObserver<DeltaDiscoveryResponse> client;
  private final Identity identity;
  private final Role role;
  private final boolean mutual;
  private final StreamContext context;
  private final SerialExecutor serial;
  private final Runnable ended;
  private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
  private final AtomicBoolean awake = new AtomicBoolean();
  private @Nullable ConnectedNode node;
  private long nonces;
  private boolean pruneScheduled;
  private boolean closed;

  /**
   * @param mutual whether its connection proved the identity, too
   * @param ended run once, when the stream has ended
   */
  DeltaStream(
      ServerCallStreamObserver<DeltaDiscoveryResponse> client,
      Identity identity,
      Role role,
      boolean mutual,
      StreamContext context,
      SerialExecutor serial,
      Runnable ended) {
    this.client = client;
    this.identity = identity;
    this.role = role;
    this.mutual = mutual;
    this.context = context;
    this.serial = serial;
    this.ended = ended;
  }

  /** Something may have changed. Many calls before the stream gets to run count as one. */
  void wake() {
    if (awake.compareAndSet(false, true)) {
      run(() -> {
        awake.set(false);
        pump();
      });
    }
  }

  /** The client's next request. */
  void receive(DeltaDiscoveryRequest request) {
    run(() -> handle(request));
  }

  /** The client is gone. */
  void end() {
    run(this::close);
  }

  /** The client says that it is done. */
  void leave() {
    run(() -> close(context.directory()::leave));
  }

  private void run(Runnable task) {
    serial.execute(() -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).addKeyValue("identity", identity.username()).log("stream failed");
        fail(Status.INTERNAL.withDescription("the operator failed; its log says why"));
      }
    });
  }

  private void handle(DeltaDiscoveryRequest request) {
    if (closed) {
      return;
    }
    if (node == null && !register(request)) {
      return;
    }
    Optional<ResourceType> type = ResourceType.of(request.getTypeUrl());
    if (request.getTypeUrl().equals(Observations.TYPE)) {
      observe(request);
    } else if (type.isEmpty()) {
      context.metrics().ignored("unknown_type");
    } else if (!type.get().readableBy(role)) {
      fail(
          Status.PERMISSION_DENIED.withDescription(
              identity.username() + " may not read " + request.getTypeUrl()));
      return;
    } else if (type.get().isPlan() && identity.pod() != null && !mutual) {
      // Who is in a pod has a certificate, or can have one first; only a local process has none.
      fail(
          Status.PERMISSION_DENIED.withDescription(
              "plans are read over mutual TLS: connect again with the certificate of "
                  + identity.username()));
      return;
    } else if (!handle(type.get(), request)) {
      return;
    }
    pump();
    if (!closed) {
      client.request(1);
    }
  }

  private boolean register(DeltaDiscoveryRequest request) {
    String id = request.getNode().getId();
    if (id.isEmpty() || id.length() > MAX_NODE_ID) {
      fail(
          Status.INVALID_ARGUMENT.withDescription(
              "the first request must carry a node id of 1 to 256 characters"));
      return false;
    }
    ConnectedNode named =
        new ConnectedNode(new NodeKey(identity, id), role, request.getNode(), this::wake);
    int most = context.limits().of(identity);
    if (!context.directory().connect(named, most)) {
      fail(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "more than " + most + " nodes of " + identity.username()));
      return false;
    }
    node = named;
    return true;
  }

  private boolean handle(ResourceType type, DeltaDiscoveryRequest request) {
    Subscription subscription = subscriptions.get(type);
    if (subscription == null) {
      subscription = new Subscription(type, registered().held());
      subscriptions.put(type, subscription);
      subscription.open(
          request.getResourceNamesSubscribeList(), request.getInitialResourceVersionsMap());
      registered().nowReads(type);
      context.directory().progress(registered());
    } else {
      reply(type, subscription, request);
      subscription.subscribe(request.getResourceNamesSubscribeList());
    }
    subscription.unsubscribe(request.getResourceNamesUnsubscribeList());
    if (request.getResourceNamesUnsubscribeCount() > 0) {
      context.directory().progress(registered());
    }
    if (subscription.nameCount() > context.limits().names()) {
      fail(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "more than " + context.limits().names() + " names of " + type.url()));
      return false;
    }
    return true;
  }

  /** It is believed of those only who may read plans, and never for more than a status. */
  private void observe(DeltaDiscoveryRequest request) {
    if (role != Role.DECISION_SERVICE || (identity.pod() != null && !mutual)) {
      context.metrics().ignored("observations_of_others");
      return;
    }
    try {
      Value json = request.getNode().getMetadata().getFieldsOrThrow(Observations.FIELD);
      registered().observed().add(Observations.ofJson(json.getStringValue()));
    } catch (IllegalArgumentException e) {
      context.metrics().ignored("malformed_observations");
      LOG.atWarn()
          .addKeyValue("node", registered().key())
          .addKeyValue("error", e.getMessage())
          .log("node told something that cannot be read");
      return;
    }
    context.directory().progress(registered());
  }

  private void reply(ResourceType type, Subscription subscription, DeltaDiscoveryRequest request) {
    String nonce = request.getResponseNonce();
    if (nonce.isEmpty()) {
      return;
    }
    boolean known;
    if (request.hasErrorDetail()) {
      String message = request.getErrorDetail().getMessage();
      Delta refused = subscription.reject(nonce, message);
      known = refused != null;
      if (refused != null) {
        context.metrics().rejected(type);
        LOG.atWarn()
            .addKeyValue("node", registered().key())
            .addKeyValue("type", type)
            .addKeyValue("resources", refused.changed().size())
            .addKeyValue("error", message)
            .log("node refused configuration");
      }
    } else {
      known = subscription.acknowledge(nonce) != null;
      if (known) {
        context.metrics().acknowledged(type);
      }
    }
    if (known) {
      context.directory().progress(registered());
    } else {
      context.metrics().ignored("unknown_nonce");
    }
  }

  private void pump() {
    if (!closed && node != null) {
      Wanted wanted = node.wanted();
      if (!sends(wanted, false)) {
        schedulePruning(wanted);
      }
    }
  }

  /** Sends the first delta there is; true also when the client must speak first. */
  private boolean sends(Wanted wanted, boolean prune) {
    for (Map.Entry<ResourceType, Subscription> entry : subscriptions.entrySet()) {
      if (entry.getValue().awaitsReply() || !client.isReady()) {
        return true;
      }
      SortedMap<String, XdsResource> resources = wanted.of(entry.getKey());
      Delta delta =
          resources == null
              ? null
              : entry.getValue().next(resources, context.limits().responseBytes(), prune);
      if (delta != null) {
        send(entry.getKey(), entry.getValue(), delta);
        return true;
      }
    }
    return false;
  }

  /** Everything has been sent and answered; what waited for that may go after a quiet while. */
  private void schedulePruning(Wanted wanted) {
    boolean waits =
        subscriptions.entrySet().stream()
            .anyMatch(entry -> {
              SortedMap<String, XdsResource> resources = wanted.of(entry.getKey());
              return resources != null && entry.getValue().awaitsPruning(resources);
            });
    if (waits && !pruneScheduled) {
      pruneScheduled = true;
      context.later(context.limits().pruneDelay(), () -> run(() -> prune(wanted)));
    }
  }

  private void prune(Wanted quietWith) {
    pruneScheduled = false;
    if (closed || node == null) {
      return;
    }
    if (node.wanted() == quietWith && !sends(quietWith, false)) {
      var _ = sends(quietWith, true);
    } else {
      pump();
    }
  }

  private void send(ResourceType type, Subscription subscription, Delta delta) {
    String nonce = Long.toString(++nonces);
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(type.url())
            .setNonce(nonce)
            .addAllRemovedResources(delta.removed());
    for (XdsResource resource : delta.changed()) {
      response.addResources(
          Resource.newBuilder()
              .setName(resource.name())
              .setVersion(resource.version())
              .setResource(resource.body()));
    }
    subscription.sent(nonce, delta);
    client.onNext(response.build());
    context.metrics().sent(type, delta);
  }

  private ConnectedNode registered() {
    if (node == null) {
      throw new IllegalStateException("a request was handled before its node was known");
    }
    return node;
  }

  private void fail(Status status) {
    if (closed) {
      return;
    }
    context.metrics().refused(status.getCode().name().toLowerCase(Locale.ROOT));
    close();
    client.onError(status.asRuntimeException());
  }

  private void close() {
    close(context.directory()::disconnect);
  }

  private void close(Consumer<ConnectedNode> told) {
    if (!closed) {
      closed = true;
      subscriptions.clear();
      ended.run();
      if (node != null) {
        told.accept(node);
      }
    }
  }
}
