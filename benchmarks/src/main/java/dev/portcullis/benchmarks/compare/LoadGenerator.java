// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import dev.portcullis.benchmarks.scenario.Payload;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks one server, over a fixed number of connections with a fixed number of calls under way on
 * each. Sends bytes that are made beforehand, so that it costs little on the cores that it shares
 * with the server.
 */
final class LoadGenerator {
  private static final MethodDescriptor<byte[], CheckResponse> CHECK =
      AuthorizationGrpc.getCheckMethod().toBuilder(
              new RawBytes(), ProtoUtils.marshaller(CheckResponse.getDefaultInstance()))
          .build();

  private final AtomicLong numbers = new AtomicLong();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final EventLoopGroup threads;
  private final Payload payload;
  private final LoadShape shape;

  LoadGenerator(int port, Payload payload, LoadShape shape) {
    this.payload = payload;
    this.shape = shape;
    Loops loops = Loops.best();
    threads = loops.threads(Math.min(2, shape.connections()));
    for (int i = 0; i < shape.connections(); i++) {
      channels.add(
          NettyChannelBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .eventLoopGroup(threads)
              .channelType(loops.client())
              .negotiationType(NegotiationType.PLAINTEXT)
              .directExecutor()
              .build());
    }
  }

  /**
   * Makes that many calls.
   *
   * @throws BenchmarkException when one of them fails or is refused
   */
  Load run(int count) throws InterruptedException {
    Calls calls = new Calls(count, channels.size() * shape.inFlight());
    long start = System.nanoTime();
    for (int i = 0; i < shape.inFlight(); i++) {
      for (ManagedChannel channel : channels) {
        new Caller(channel, calls).next();
      }
    }
    long[] latencies = calls.await();
    return Load.of(latencies, System.nanoTime() - start);
  }

  /** Makes one call after the other, on the connection's thread. */
  private final class Caller implements StreamObserver<CheckResponse> {
    private final ManagedChannel channel;
    private final Calls calls;
    private int number;
    private long started;

    Caller(ManagedChannel channel, Calls calls) {
      this.channel = channel;
      this.calls = calls;
    }

    void next() {
      number = calls.claim();
      if (number < 0) {
        calls.callerIsDone();
        return;
      }
      started = System.nanoTime();
      ClientCalls.asyncUnaryCall(
          channel.newCall(CHECK, CallOptions.DEFAULT),
          payload.bytes(numbers.getAndIncrement()),
          this);
    }

    @Override
    public void onNext(CheckResponse answer) {
      calls.answered(answer);
    }

    @Override
    public void onError(Throwable thrown) {
      calls.failed("a check failed: " + thrown);
      calls.callerIsDone();
    }

    @Override
    public void onCompleted() {
      calls.took(number, System.nanoTime() - started);
      next();
    }
  }

  /** Closes its connections. */
  void close() throws InterruptedException {
    for (ManagedChannel channel : channels) {
      var _ = channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    var _ = threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
  }
}
