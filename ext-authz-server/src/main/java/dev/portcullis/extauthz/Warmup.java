// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.check.AuthorizationService;
import dev.portcullis.extauthz.check.CheckObserver;
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.CheckResponseWriter;
import dev.portcullis.extauthz.check.ProbeResponder;
import dev.portcullis.extauthz.check.WaitingRoom;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.extauthz.wire.EncodedMessage;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Decides requests of its own before the process says that it is ready. Envoy waits 250 ms for an
 * answer, and the first one that a virtual machine ever gives can take longer: it loads the classes
 * of CEL, JSON, signatures and Protobuf. Nothing is counted, logged or charged: the requests go to
 * an engine of their own.
 */
final class Warmup {
  private static final int ROUNDS = 200;
  private static final Duration AT_MOST = Duration.ofSeconds(3);

  private Warmup() {}

  /** Returns after a fixed number of decisions, or after three seconds. */
  static void run(InstantSource clock, Signatures signatures) {
    Engine engine =
        LocalEngine.make((_, _) -> null, _ -> null, Map.of(), GeoSource.NONE, signatures);
    engine.replace(List.of(WarmupPlan.route()));
    try (WaitingRoom room = new WaitingRoom(1, 1)) {
      AuthorizationService service =
          new AuthorizationService(
              engine,
              new CheckRequestReader(clock),
              new ProbeResponder(List::of, _ -> null, clock),
              new CheckResponseWriter(new Tickets()),
              new Nobody(),
              _ -> {},
              room);
      long deadline = System.nanoTime() + AT_MOST.toNanos();
      for (int i = 0; i < ROUNDS && System.nanoTime() < deadline; i++) {
        for (String credential : WarmupPlan.CREDENTIALS) {
          Reply reply = new Reply();
          service.check(Caller.ANYBODY, request(i, credential), reply);
          if (reply.answer.join().size() == 0) {
            throw new IllegalStateException("an empty answer would mean allow");
          }
        }
      }
    }
  }

  /** Takes the place of a call. */
  private static final class Reply implements StreamObserver<EncodedMessage> {
    private final CompletableFuture<EncodedMessage> answer = new CompletableFuture<>();

    @Override
    public void onNext(EncodedMessage message) {
      answer.complete(message);
    }

    @Override
    public void onError(Throwable cause) {
      answer.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {}
  }

  private static byte[] request(int number, String credential) {
    String[] line = credential.split(": ", 2);
    HeaderMap headers =
        HeaderMap.newBuilder()
            .addHeaders(HeaderValue.newBuilder().setKey(line[0]).setValue(line[1]))
            .addHeaders(HeaderValue.newBuilder().setKey("user-agent").setValue("curl/8.14.1"))
            .addHeaders(HeaderValue.newBuilder().setKey("accept").setValue("*/*"))
            .build();
    AttributeContext.HttpRequest http =
        AttributeContext.HttpRequest.newBuilder()
            .setId("warmup-" + number + "-" + line[0])
            .setMethod("GET")
            .setPath("/warm/" + number + "?n=" + number)
            .setHost("warm.up")
            .setScheme("http")
            .setProtocol("HTTP/1.1")
            .setHeaderMap(headers)
            .build();
    SocketAddress peer =
        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(40_000).build();
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setSource(
                    AttributeContext.Peer.newBuilder()
                        .setAddress(Address.newBuilder().setSocketAddress(peer)))
                .setRequest(AttributeContext.Request.newBuilder().setHttp(http))
                .putContextExtensions(CheckNames.ROUTE, WarmupPlan.ROUTE))
        .build()
        .toByteArray();
  }

  /** Learns of nothing. */
  private static final class Nobody implements CheckObserver {
    @Override
    public void decided(RequestContext request, Decision decision, long nanos) {}

    @Override
    public void failed(String id, Throwable cause) {
      throw new IllegalStateException("the warm-up cannot be decided", cause);
    }

    @Override
    public void foreign(String id, String caller, String route) {
      throw new IllegalStateException("the warm-up may ask about everything");
    }

    @Override
    public void probed() {
      throw new IllegalStateException("nobody has a key for it");
    }

    @Override
    public void expired(String id) {}

    @Override
    public void overdue(String id) {}
  }
}
