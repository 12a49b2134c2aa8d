// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import com.google.common.util.concurrent.ListenableFuture;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What Envoy, a probe and Prometheus do to a running server. */
public final class Client implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final ManagedChannel channel;

  public Client(int port) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  public CheckResponse check(CheckRequest request) {
    return AuthorizationGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .check(request);
  }

  /** Asks without waiting for the answer. */
  public ListenableFuture<CheckResponse> ask(CheckRequest request, Duration patience) {
    return AuthorizationGrpc.newFutureStub(channel)
        .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
        .check(request);
  }

  /** The HTTP status of a check's answer; 200 when it passes. */
  public int status(String route) {
    return status(check(Checks.of(route, "/orders")));
  }

  /** The HTTP status of an answer; 200 when it passes. */
  public static int status(CheckResponse answer) {
    return answer.hasOkResponse() ? 200 : answer.getDeniedResponse().getStatus().getCodeValue();
  }

  public ServingStatus health() {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  public static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
