// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.TokenInterceptor;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Delta ADS for proxies and decision services. Must stand behind a {@link TokenInterceptor}.
 *
 * <p>The state-of-the-world variant is not served: it cannot carry thousands of resources well.
 */
public final class DeltaDiscovery extends AggregatedDiscoveryServiceImplBase {
  private final Roles roles;
  private final StreamContext context;
  private final OpenStreams streams;
  private final Executor executor;

  /**
   * @param executor runs streams; may block
   * @param timer runs short tasks later
   */
  public DeltaDiscovery(
      Roles roles,
      NodeDirectory directory,
      XdsLimits limits,
      MeterRegistry metrics,
      Executor executor,
      ScheduledExecutorService timer) {
    this.roles = roles;
    XdsMetrics counts = new XdsMetrics(metrics, limits);
    this.context = new StreamContext(directory, limits, counts, timer);
    this.streams = new OpenStreams(limits, counts);
    this.executor = executor;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> responses) {
    Identity identity = TokenInterceptor.identity();
    Optional<Role> role = roles.of(identity);
    if (role.isEmpty()) {
      return refuse(
          responses,
          Status.PERMISSION_DENIED.withDescription(
              identity.username()
                  + " is neither a decision service nor a gateway here, and its token is bound to"
                  + " no pod"));
    }
    String full = streams.open(identity);
    if (full != null) {
      return refuse(responses, Status.RESOURCE_EXHAUSTED.withDescription(full));
    }
    var client = (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses;
    DeltaStream stream =
        new DeltaStream(
            client,
            identity,
            role.get(),
            TokenInterceptor.mutual(),
            context,
            new SerialExecutor(executor),
            () -> streams.closed(identity));
    client.disableAutoRequest();
    client.setOnReadyHandler(stream::wake);
    client.setOnCancelHandler(stream::end);
    client.request(1);
    return new Requests(stream, client);
  }

  private StreamObserver<DeltaDiscoveryRequest> refuse(
      StreamObserver<DeltaDiscoveryResponse> responses, Status status) {
    context.metrics().refused(status.getCode().name().toLowerCase(Locale.ROOT));
    responses.onError(status.asRuntimeException());
    return new Ignored();
  }

  private record Requests(
      DeltaStream stream, ServerCallStreamObserver<DeltaDiscoveryResponse> client)
      implements StreamObserver<DeltaDiscoveryRequest> {

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
      stream.receive(request);
    }

    @Override
    public void onError(Throwable cancelled) {
      stream.end();
    }

    @Override
    public void onCompleted() {
      stream.leave();
      client.onCompleted();
    }
  }

  /** What a refused client still says. */
  private record Ignored() implements StreamObserver<DeltaDiscoveryRequest> {

    @Override
    public void onNext(DeltaDiscoveryRequest request) {}

    @Override
    public void onError(Throwable cancelled) {}

    @Override
    public void onCompleted() {}
  }
}
