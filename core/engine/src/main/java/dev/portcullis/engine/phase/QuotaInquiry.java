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

/** Asks the store that replicas share about the limits of one request that one step charges. */
final class QuotaInquiry implements Inquiry {
  private static final Answer UNANSWERED =
      new Answer.Unavailable("the shared store has not answered yet");

  private final SharedLimitStep step;
  private final LimitGroup.Counted own;
  private final LimitGroup.Counted shared;
  private final @Nullable Charge enforced;
  private final List<Charge> charges = new ArrayList<>(2);
  private final SharedQuotas quotas;
  private final long now;
  // Whoever gives up waiting is another thread than who asks: one of them is first.
  private final AtomicReference<@Nullable Answer> answer = new AtomicReference<>();

  /**
   * Not asked yet.
   *
   * @param own what this process counts of the request
   * @param shared what the store does; charges something
   */
  QuotaInquiry(
      SharedLimitStep step,
      LimitGroup.Counted own,
      LimitGroup.Counted shared,
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
                leased);
    if (enforced != null) {
      charges.add(enforced);
    }
    if (shadowed != null) {
      charges.add(
          new Charge(
              ChargeId.of(evaluation.request(), step.phase(), true),
              List.of(),
              shadowed.lines(),
              leased));
    }
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
    return true;
  }

  @Override
  public void ask() {
    Answer said = quotas.charge(charges, now);
    if (!answer.compareAndSet(null, said) && said instanceof Answer.Counted counted) {
      end(counted);
    }
  }

  /** Nobody waits for the request any more. */
  void abandon() {
    if (answer() instanceof Answer.Counted counted) {
      end(counted);
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

  /** Takes back what was charged to limits that are enforced. */
  void refund() {
    if (enforced != null) {
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

  boolean isOf(SharedLimitStep asker) {
    return step == asker;
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
