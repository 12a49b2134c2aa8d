// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import com.google.rpc.Code;
import com.google.rpc.Status;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The least that a gRPC server in Java can do for Envoy: parse the check, allow it. Its transport
 * is set up as that of the decision service is.
 */
final class BareServer extends AuthorizationGrpc.AuthorizationImplBase {
  private static final CheckResponse ALLOWED =
      CheckResponse.newBuilder()
          .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
          .setOkResponse(OkHttpResponse.getDefaultInstance())
          .build();

  private BareServer() {}

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> reply) {
    reply.onNext(ALLOWED);
    reply.onCompleted();
  }

  /** Listens on a port of loopback; port 0 is any. */
  static Server start(int port) throws IOException {
    return start(port, new BareServer());
  }

  /** The same with another service. */
  static Server start(int port, BindableService service) throws IOException {
    Loops loops = Loops.best();
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .bossEventLoopGroup(loops.threads(1))
        .workerEventLoopGroup(loops.threads(Runtime.getRuntime().availableProcessors()))
        .channelType(loops.server())
        .directExecutor()
        .maxConcurrentCallsPerConnection(1024)
        .addService(service)
        .build()
        .start();
  }

  /** Listens until it is ended. */
  static void main(String[] arguments) throws IOException, InterruptedException {
    start(Integer.parseInt(arguments[0])).awaitTermination();
  }
}
