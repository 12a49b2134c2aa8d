// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.request.RequestContext;
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
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The service that Envoy asks about every request. Decides on the connection's event loop, so that
 * at most one check per event loop is under way and the rest wait in their connections, whose
 * streams are bounded; but for a check that needs more computing than that or somebody else's
 * answer, which other threads go on with ({@link WaitingRoom}).
 */
public final class AuthorizationService implements BindableService {
  private final Engine engine;
  private final CheckRequestReader requests;
  private final ProbeResponder probes;
  private final Answers answers;
  private final WaitingRoom room;

  /**
   * Puts the parts together.
   *
   * @param unanswered gets what was charged for requests of which Envoy does not get to know; does
   *     not wait
   */
  public AuthorizationService(
      Engine engine,
      CheckRequestReader requests,
      ProbeResponder probes,
      CheckResponseWriter responses,
      CheckObserver observer,
      Consumer<List<Reservation>> unanswered,
      WaitingRoom room) {
    this.engine = engine;
    this.requests = requests;
    this.probes = probes;
    this.answers = new Answers(responses, observer, unanswered);
    this.room = room;
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

  /**
   * Answers a {@code CheckRequest} in its wire format, before it returns or later. Never throws and
   * never blocks.
   *
   * @param caller who asks; about a route that it may not ask about it learns nothing
   * @param reply gets one answer
   */
  public void check(Caller caller, byte[] check, StreamObserver<EncodedMessage> reply) {
    // Envoy may give up at any moment; an answer to nobody is no error then.
    whenCancelled(reply, AuthorizationService::ignoreCancellation);
    EncodedMessage answer = answer(caller, check, reply);
    if (answer != null) {
      reply.onNext(answer);
      reply.onCompleted();
    }
  }

  /** The answer; null: the check waits, and is answered by whoever goes on with it. */
  private @Nullable EncodedMessage answer(
      Caller caller, byte[] check, StreamObserver<EncodedMessage> reply) {
    long start = System.nanoTime();
    Deadline deadline = Context.current().getDeadline();
    if (deadline != null && deadline.isExpired()) {
      return answers.expired();
    }
    try {
      IncomingCheck incoming = requests.read(check, caller);
      if (!caller.mayAskAbout(incoming.route())) {
        return answers.foreign(caller, incoming.route());
      }
      String probed = probes.answer(incoming);
      if (probed != null) {
        return answers.probed(probed);
      }
      RequestContext request = incoming.request();
      return switch (engine.begin(incoming.route(), request)) {
        case Decision decision -> {
          if (!decision.reservations().isEmpty()) {
            if (deadline != null && deadline.isExpired()) {
              // Envoy has given up, so it will not tell of the end.
              answers.unanswered(decision.reservations());
              yield answers.overdue();
            }
            whenCancelled(reply, () -> answers.unanswered(decision.reservations()));
          }
          yield answers.decided(request, decision, start);
        }
        case Suspended suspended -> {
          WaitingCheck waiting = new WaitingCheck(room, suspended, request, start, answers, reply);
          whenCancelled(reply, () -> room.abandon(waiting));
          room.admit(waiting, deadline);
          yield null;
        }
      };
    } catch (Throwable e) {
      return answers.failed(e);
    }
  }

  private static void whenCancelled(StreamObserver<EncodedMessage> reply, Runnable handler) {
    if (reply instanceof ServerCallStreamObserver<EncodedMessage> call) {
      call.setOnCancelHandler(handler);
    }
  }

  private static void ignoreCancellation() {}
}
