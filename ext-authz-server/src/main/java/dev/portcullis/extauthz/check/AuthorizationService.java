// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.RequestContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The service that Envoy asks about every request. Runs on the connection's event loop: a decision
 * does no I/O, so that at most one check per event loop is under way and the rest wait in their
 * connections, whose streams are bounded.
 */
public final class AuthorizationService extends AuthorizationGrpc.AuthorizationImplBase {
  private final Engine engine;
  private final CheckRequestMapper requests;
  private final CheckResponseMapper responses;
  private final CheckObserver observer;

  /** Puts the parts together. */
  public AuthorizationService(
      Engine engine,
      CheckRequestMapper requests,
      CheckResponseMapper responses,
      CheckObserver observer) {
    this.engine = engine;
    this.requests = requests;
    this.responses = responses;
    this.observer = observer;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> reply) {
    if (reply instanceof ServerCallStreamObserver<CheckResponse> call) {
      // Envoy may give up at any moment; an answer to nobody is no error then.
      call.setOnCancelHandler(AuthorizationService::ignoreCancellation);
    }
    reply.onNext(answer(request));
    reply.onCompleted();
  }

  private CheckResponse answer(CheckRequest check) {
    long start = System.nanoTime();
    Deadline deadline = Context.current().getDeadline();
    if (deadline != null && deadline.isExpired()) {
      String id = undecidedId();
      observer.expired(id);
      return responses.undecided(id);
    }
    try {
      RequestContext request = requests.map(check);
      Decision decision = engine.decide(requests.route(check), request);
      CheckResponse response = responses.map(decision, request.headers());
      observer.decided(request, decision, System.nanoTime() - start);
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
