// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.wire.EncodedMessage;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A check is answered once, by whoever takes it to ANSWERED: the thread that decided it, the alarm
 * before Envoy's patience ends, the room that has no place for it; or by nobody, because Envoy took
 * it back. The Suspended is for one thread at a time: until RUNNING for whoever takes the check out
 * of QUEUED, then for the thread that runs. While somebody else is asked for its sake the check is
 * QUEUED, since the question is not the Suspended's.
 */
/** A check that is suspended until a thread goes on with it. Thread-safe. */
final class WaitingCheck implements Runnable {
  private enum State {
    QUEUED,
    RUNNING,
    ANSWERED
  }

  private final WaitingRoom room;
  private final RequestContext request;
  private final long start;
  private final Answers answers;
  private final StreamObserver<EncodedMessage> reply;
  private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
  private volatile Suspended suspended;
  private volatile @Nullable Future<?> alarm;
  private volatile @Nullable Decision decided;

  /**
   * A check that waits from now on.
   *
   * @param room where it waits
   * @param start when it came, by {@link System#nanoTime}
   */
  WaitingCheck(
      WaitingRoom room,
      Suspended suspended,
      RequestContext request,
      long start,
      Answers answers,
      StreamObserver<EncodedMessage> reply) {
    this.room = room;
    this.suspended = suspended;
    this.request = request;
    this.start = start;
    this.answers = answers;
    this.reply = reply;
  }

  /** What to cancel when the check has its answer. */
  void alarm(Future<?> set) {
    alarm = set;
  }

  /** Goes on, and answers unless that has been done in the meantime. Never throws. */
  @Override
  public void run() {
    if (!state.compareAndSet(State.QUEUED, State.RUNNING)) {
      return;
    }
    Outcome outcome;
    try {
      outcome = suspended.resume();
    } catch (Throwable e) {
      settle(State.RUNNING, () -> answers.failed(e));
      return;
    }
    switch (outcome) {
      case Decision decision -> {
        if (!settle(State.RUNNING, () -> answer(decision))) {
          answers.unanswered(decision.reservations());
        }
      }
      case Suspended again -> {
        suspended = again;
        if (state.compareAndSet(State.RUNNING, State.QUEUED)) {
          room.goOn(this);
        } else {
          answers.unanswered(again.abandon());
        }
      }
    }
  }

  /** What has to be asked before it can go on; null: nothing. */
  @Nullable Inquiry inquiry() {
    return suspended.inquiry();
  }

  /** Whether somebody still waits for the answer. */
  boolean isWaiting() {
    return state.get() != State.ANSWERED;
  }

  /** Refuses the check; false when somebody goes on with it already, or it has its answer. */
  boolean refuse(String cause) {
    return settle(State.QUEUED, () -> answer(suspended.refuse(cause)));
  }

  /**
   * Answers with 503 before Envoy stops to wait: its own way out may be to let the request pass.
   *
   * @return false when it has its answer already
   */
  boolean overdue() {
    // What runs is left to end: it cannot be interrupted, and what it finds out is remembered.
    return refuse("it waited as long as Envoy waits") || settle(State.RUNNING, answers::overdue);
  }

  /**
   * Nobody waits for the answer any more, or it did not arrive; false when it was given already.
   */
  boolean abandon() {
    State before = state.getAndSet(State.ANSWERED);
    silence();
    Decision lost = decided;
    if (before == State.QUEUED) {
      answers.unanswered(suspended.abandon());
    } else if (lost != null) {
      answers.unanswered(lost.reservations());
    }
    return before != State.ANSWERED;
  }

  private EncodedMessage answer(Decision decision) {
    decided = decision;
    return answers.decided(request, decision, start);
  }

  private boolean settle(State from, Supplier<EncodedMessage> answer) {
    if (!state.compareAndSet(from, State.ANSWERED)) {
      return false;
    }
    silence();
    try {
      reply.onNext(written(answer));
      reply.onCompleted();
      if (reply instanceof ServerCallStreamObserver<EncodedMessage> call && call.isCancelled()) {
        // Before there was an answer that could be taken back.
        abandon();
      }
    } catch (RuntimeException e) {
      // The call is broken: no answer can be sent, and none lets the request pass.
      answers.failed(e);
      abandon();
    }
    return true;
  }

  private EncodedMessage written(Supplier<EncodedMessage> answer) {
    try {
      return answer.get();
    } catch (Throwable e) {
      return answers.failed(e);
    }
  }

  private void silence() {
    Future<?> set = alarm;
    if (set != null) {
      set.cancel(false);
    }
  }
}
