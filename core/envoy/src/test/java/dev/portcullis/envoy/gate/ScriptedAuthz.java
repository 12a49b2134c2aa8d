// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import com.google.protobuf.BoolValue;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A decision service that answers as a test says, and remembers what it was asked. */
final class ScriptedAuthz extends AuthorizationGrpc.AuthorizationImplBase implements AutoCloseable {
  /** Lets everything pass and sets the header that a claim would travel in. */
  static final Function<CheckRequest, @Nullable CheckResponse> ALLOW =
      _ -> allowed("x-user-id", "ours");

  /** Never answers. */
  static final Function<CheckRequest, @Nullable CheckResponse> SILENCE = _ -> null;

  private final int port;
  private final List<CheckRequest> asked = new CopyOnWriteArrayList<>();
  private volatile Function<CheckRequest, @Nullable CheckResponse> script = ALLOW;
  private Server server;

  ScriptedAuthz(int port) throws IOException {
    this.port = port;
    this.server = serve();
  }

  int port() {
    return port;
  }

  /** What it answers from now on; null is silence, an exception is a gRPC error. */
  void answer(Function<CheckRequest, @Nullable CheckResponse> answers) {
    script = answers;
    asked.clear();
  }

  List<CheckRequest> asked() {
    return List.copyOf(asked);
  }

  /** Lets a request pass and sets a header on its way. */
  static CheckResponse allowed(String name, String value) {
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(0))
        .setOkResponse(OkHttpResponse.newBuilder().addHeaders(header(name, value)))
        .build();
  }

  /** A refusal with a body, as the decision service makes them. */
  static CheckResponse denied(StatusCode status, String body) {
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(7))
        .setDeniedResponse(
            DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(status))
                .addHeaders(header("content-type", "application/problem+json"))
                .setBody(body))
        .build();
  }

  void stop() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void restart() throws IOException {
    server = serve();
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
    asked.add(request);
    CheckResponse response = script.apply(request);
    if (response != null) {
      observer.onNext(response);
      observer.onCompleted();
    }
  }

  @Override
  public void close() {
    stop();
  }

  private Server serve() throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .addService(this)
        .addService(new HealthStatusManager().getHealthService())
        .build()
        .start();
  }

  /** The deprecated field is the one that counts in every version of Envoy. */
  @SuppressWarnings("deprecation")
  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppend(BoolValue.of(false))
        .build();
  }
}
