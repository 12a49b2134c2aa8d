// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.engine.port.SharedQuotas.Answer;
import dev.portcullis.engine.port.SharedQuotas.Charge;
import dev.portcullis.engine.port.SharedQuotas.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * A later step may join, whose limits are charged if those of the first one are: then both steps
 * have their answers of one question. If the request does not pass that step all the same, since
 * the answer came too late, or a limit of this process refuses, what was charged for it is taken
 * back, whenever it is heard that it may have been charged.
 */
/** Asks the store that replicas share about the limits of one request that one step charges. */
final class QuotaInquiry implements Inquiry {
  private static final Answer UNANSWERED =
      new Answer.Unavailable("the shared store has not answered yet");
  private static final Answer NOT_LOOKED_AT =
      new Answer.Unavailable("the shared store has not looked at it");

  private final SharedLimitStep step;
  private final LimitGroup.Counted own;
  private final LimitGroup.Counted shared;
  private final @Nullable Charge enforced;
  private final List<Charge> charges = new ArrayList<>(2);
  private final SharedQuotas quotas;
  private final long now;
  private @Nullable QuotaInquiry joined;
  // Who hears and who withdraws are two threads: one of them sees what the other has written.
  private volatile boolean maybeCharged;
  private volatile boolean withdrawn;
  private boolean takenBack;
  private boolean isSpent;
  // Whoever gives up waiting is another thread than who asks: one of them is first.
  private final AtomicReference<@Nullable Answer> answer = new AtomicReference<>();

  /**
   * Not asked yet.
   *
   * @param own what this process counts of the request
   * @param shared what the store does; charges something
   * @param dependent whether it is charged only if what it joins is
   */
  QuotaInquiry(
      SharedLimitStep step,
      LimitGroup.Counted own,
      LimitGroup.Counted shared,
      boolean dependent,
      SharedQuotas quotas,
      Evaluation evaluation) {
    this.step = step;
    this.own = own;
    this.shared = shared;
    this.quotas = quotas;
    this.now = evaluation.now();
    LimitLines charged = shared.charged();
    LimitLines shadowed = shared.shadowed();
    // Both are spent together, or not at all.
    boolean leased =
        (charged == null || charged.areLeased()) && (shadowed == null || shadowed.areLeased());
    this.enforced =
        charged == null
            ? null
            : new Charge(
                ChargeId.of(evaluation.request(), step.phase(), false),
                lines(shared.peeked()),
                charged.lines(),
                leased,
                dependent);
    if (enforced != null) {
      charges.add(enforced);
    }
    if (shadowed != null) {
      charges.add(
          new Charge(
              ChargeId.of(evaluation.request(), step.phase(), true),
              List.of(),
              shadowed.lines(),
              leased,
              dependent));
    }
  }

  @Override
  public boolean takesMore() {
    return step.isFollowed() && quotas.countsTogether();
  }

  /** What a later step would ask, and has not, is asked by this question. */
  void join(QuotaInquiry later) {
    joined = later;
  }

  /** Whether something is enforced here, so that it depends on it what is charged later. */
  boolean enforces() {
    return enforced != null;
  }

  /** Whether it may be that nobody has to be asked. */
  boolean mayBeSpent() {
    return charges.getFirst().leased();
  }

  private static List<QuotaLine> lines(@Nullable LimitLines lines) {
    return lines == null ? List.of() : lines.lines();
  }

  /**
   * Whether what the store has leased before is enough; then it is charged, and nobody is asked.
   */
  boolean spends() {
    Answer spent = quotas.spend(charges);
    if (spent == null) {
      return false;
    }
    answer.set(spent);
    isSpent = true;
    return true;
  }

  @Override
  public void ask() {
    if (joined == null) {
      hear(quotas.charge(charges, now));
      return;
    }
    List<Charge> all = new ArrayList<>(charges);
    all.addAll(joined.charges);
    switch (quotas.charge(all, now)) {
      case Answer.Unavailable unavailable -> {
        joined.hear(unavailable);
        hear(unavailable);
      }
      case Answer.Counted(List<Standing> standings) -> {
        // Who goes on with the first finds the other.
        joined.hear(new Answer.Counted(standings.subList(charges.size(), all.size())));
        hear(new Answer.Counted(standings.subList(0, charges.size())));
      }
    }
  }

  private void hear(Answer said) {
    if (said instanceof Answer.Counted(List<Standing> standings)
        && standings.getFirst().charged().isEmpty()) {
      // What it depends on was not made.
      answer.compareAndSet(null, NOT_LOOKED_AT);
      return;
    }
    boolean inTime = answer.compareAndSet(null, said);
    maybeCharged = true;
    if (withdrawn) {
      takeBack();
    } else if (!inTime && said instanceof Answer.Counted counted) {
      end(counted);
    }
  }

  /** Nobody waits for the request any more. */
  void abandon() {
    if (answer() instanceof Answer.Counted counted) {
      end(counted);
    }
    if (joined != null) {
      joined.abandon();
    }
  }

  /** The request does not come to the step that joined. */
  void withdrawJoined() {
    if (joined != null) {
      joined.withdraw();
    }
  }

  /** The request is refused without the answer by the step that joined another. */
  void withdrawUnanswered() {
    if (enforced != null && enforced.dependent() && !(answer.get() instanceof Answer.Counted)) {
      withdraw();
    }
  }

  private void withdraw() {
    withdrawn = true;
    if (maybeCharged) {
      takeBack();
    }
  }

  /** Once: if the request comes again, that is charged anew. */
  private synchronized void takeBack() {
    if (!takenBack) {
      takenBack = true;
      charges.forEach(charge -> quotas.refund(charge, now));
    }
  }

  /** The request goes on without an answer; what is answered later counts no more. */
  void giveUp(String cause) {
    Answer none = new Answer.Unavailable(cause);
    answer.compareAndSet(null, none);
    if (joined != null) {
      joined.answer.compareAndSet(null, none);
    }
  }

  /**
   * Nobody will tell of the end of the request, since Envoy does not know by which charge: so that
   * is now. What is charged for good stays so, or who goes away in time would be charged nothing.
   */
  private void end(Answer.Counted unheard) {
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      if (charge.isReserved() && LimitLines.granted(unheard.standings().get(i).charged())) {
        quotas.settle(new Reservation(charge.id(), charge.policies()), false, now);
      }
    }
  }

  /** Takes back what was charged to limits that are enforced. What was leased ahead stays so. */
  void refund() {
    if (enforced != null && !isSpent) {
      quotas.refund(enforced, now);
    }
  }

  /** What was charged to limits that are enforced waits for the end of the request, or not. */
  void reserveEnforced(Evaluation evaluation) {
    if (enforced != null) {
      reserve(enforced, evaluation);
    }
  }

  /** What was charged to limits in shadow mode does so, or not. */
  void reserveShadowed(Evaluation evaluation) {
    if (shared.shadowed() != null) {
      reserve(charges.getLast(), evaluation);
    }
  }

  private static void reserve(Charge charge, Evaluation evaluation) {
    if (charge.isReserved()) {
      evaluation.reserve(new Reservation(charge.id(), charge.policies()));
    }
  }

  /** What a step asks by this question; null: nothing. */
  @Nullable QuotaInquiry of(SharedLimitStep asker) {
    if (step == asker) {
      return this;
    }
    return joined == null ? null : joined.of(asker);
  }

  LimitGroup.Counted own() {
    return own;
  }

  LimitGroup.Counted shared() {
    return shared;
  }

  /** What was answered, or that nothing was; then what is answered later counts no more. */
  Answer answer() {
    return answer.compareAndSet(null, UNANSWERED)
        ? UNANSWERED
        : Objects.requireNonNull(answer.get());
  }

  /** How the limits that are enforced stand; null: none was charged. */
  @Nullable Standing enforced(Answer.Counted counted) {
    return enforced == null ? null : counted.standings().getFirst();
  }

  /** How the limits in shadow mode stand; null: none was charged. */
  @Nullable Standing shadowed(Answer.Counted counted) {
    return shared.shadowed() == null ? null : counted.standings().getLast();
  }
}
