// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.extauthz.wire.EncodedMessage;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Turns what became of a check into its answer, and tells the observer. Thread-safe. */
final class Answers {
  private final CheckResponseWriter responses;
  private final CheckObserver observer;
  private final Consumer<List<Reservation>> unanswered;

  /**
   * Puts the parts together.
   *
   * @param unanswered gets what was charged for requests whose end nobody will tell
   */
  Answers(
      CheckResponseWriter responses,
      CheckObserver observer,
      Consumer<List<Reservation>> unanswered) {
    this.responses = responses;
    this.observer = observer;
    this.unanswered = unanswered;
  }

  /**
   * A check that was decided.
   *
   * @param start when it came, by {@link System#nanoTime}
   */
  EncodedMessage decided(RequestContext request, Decision decision, long start) {
    try {
      EncodedMessage response = responses.write(decision, request.headers());
      observer.decided(request, decision, System.nanoTime() - start);
      return response;
    } catch (Throwable e) {
      unanswered(decision.reservations());
      throw e;
    }
  }

  /**
   * Envoy does not get to know what was decided, so it cannot tell when the request ends: it has
   * ended. To be said more than once if in doubt.
   *
   * @param charges that wait for the end of the request
   */
  void unanswered(List<Reservation> charges) {
    if (!charges.isEmpty()) {
      unanswered.accept(charges);
    }
  }

  /** A probe that was answered; a decision it is not. */
  EncodedMessage probed(String answer) {
    observer.probed();
    return responses.probed(answer);
  }

  /** A check about a route that is not the caller's. */
  EncodedMessage foreign(Caller caller, String route) {
    String id = undecidedId();
    observer.foreign(id, caller.toString(), route);
    return responses.undecided(id);
  }

  /** A check that came when nobody waited for it any more. */
  EncodedMessage expired() {
    String id = undecidedId();
    observer.expired(id);
    return responses.undecided(id);
  }

  /** A check whose answer took longer than it may. */
  EncodedMessage overdue() {
    String id = undecidedId();
    observer.overdue(id);
    return responses.undecided(id);
  }

  /**
   * A check at which something failed inside. Whatever it is, it closes the gate: a Throwable that
   * escapes would reach Envoy as a failure of ours, which a route with failureMode Allow lets pass.
   */
  EncodedMessage failed(Throwable cause) {
    String id = undecidedId();
    observer.failed(id, cause);
    return responses.undecided(id);
  }

  private static String undecidedId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "undecided-" + hex.toHexDigits(random.nextLong());
  }
}
