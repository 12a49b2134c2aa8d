// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.extauthz.wire.EncodedMessage;
import dev.portcullis.extauthz.wire.Marshallers;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The service that Envoy asks about every request. Runs on the connection's event loop: a decision
 * does no I/O, so that at most one check per event loop is under way and the rest wait in their
 * connections, whose streams are bounded.
 */
public final class AuthorizationService implements BindableService {
  private final Engine engine;
  private final CheckRequestReader requests;
  private final ProbeResponder probes;
  private final CheckResponseWriter responses;
  private final CheckObserver observer;

  /** Puts the parts together. */
  public AuthorizationService(
      Engine engine,
      CheckRequestReader requests,
      ProbeResponder probes,
      CheckResponseWriter responses,
      CheckObserver observer) {
    this.engine = engine;
    this.requests = requests;
    this.probes = probes;
    this.responses = responses;
    this.observer = observer;
  }

  /** The service as Envoy's API defines it, with messages that stay bytes until they are here. */
  @Override
  public ServerServiceDefinition bindService() {
    MethodDescriptor<byte[], EncodedMessage> check =
        AuthorizationGrpc.getCheckMethod().toBuilder(Marshallers.BYTES, Marshallers.ENCODED)
            .build();
    return ServerServiceDefinition.builder(AuthorizationGrpc.SERVICE_NAME)
        .addMethod(check, this::start)
        .build();
  }

  private ServerCall.Listener<byte[]> start(
      ServerCall<byte[], EncodedMessage> call, Metadata headers) {
    Caller known = call.getAttributes().get(Caller.KEY);
    Caller caller = known == null ? Caller.NOBODY : known;
    return ServerCalls.<byte[], EncodedMessage>asyncUnaryCall(
            (request, reply) -> check(caller, request, reply))
        .startCall(call, headers);
  }

  private void check(Caller caller, byte[] request, StreamObserver<EncodedMessage> reply) {
    if (reply instanceof ServerCallStreamObserver<EncodedMessage> call) {
      // Envoy may give up at any moment; an answer to nobody is no error then.
      call.setOnCancelHandler(AuthorizationService::ignoreCancellation);
    }
    reply.onNext(answer(caller, request));
    reply.onCompleted();
  }

  /**
   * Answers a {@code CheckRequest} in its wire format. Never throws and never blocks.
   *
   * @param caller who asks; about a route that it may not ask about it learns nothing
   */
  public EncodedMessage answer(Caller caller, byte[] check) {
    long start = System.nanoTime();
    Deadline deadline = Context.current().getDeadline();
    if (deadline != null && deadline.isExpired()) {
      String id = undecidedId();
      observer.expired(id);
      return responses.undecided(id);
    }
    try {
      IncomingCheck incoming = requests.read(check, caller);
      if (!caller.mayAskAbout(incoming.route())) {
        String id = undecidedId();
        observer.foreign(id, caller.toString(), incoming.route());
        return responses.undecided(id);
      }
      String probed = probes.answer(incoming);
      if (probed != null) {
        observer.probed();
        return responses.probed(probed);
      }
      Decision decision = engine.decide(incoming.route(), incoming.request());
      EncodedMessage response = responses.write(decision, incoming.request().headers());
      observer.decided(incoming.request(), decision, System.nanoTime() - start);
      return response;
    } catch (Throwable e) {
      // Whatever it is, it closes the gate: a Throwable that escapes would reach Envoy as a failure
      // of ours, which a route with failureMode Allow lets pass.
      String id = undecidedId();
      observer.failed(id, e);
      return responses.undecided(id);
    }
  }

  private static void ignoreCancellation() {}

  private static String undecidedId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "undecided-" + hex.toHexDigits(random.nextLong());
  }
}
