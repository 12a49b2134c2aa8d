// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.engine.port.SharedQuotas.Answer;
import dev.portcullis.engine.port.SharedQuotas.Charge;
import dev.portcullis.engine.port.SharedQuotas.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the store that replicas share about the limits of one request that one step charges. */
final class QuotaInquiry implements Inquiry {
  private final SharedLimitStep step;
  private final LimitGroup.Counted own;
  private final LimitGroup.Counted shared;
  private final @Nullable Charge enforced;
  private final List<Charge> charges = new ArrayList<>(2);
  private final SharedQuotas quotas;
  private final long now;
  // Also read by whoever gives up waiting, on another thread.
  private volatile Answer answer = new Answer.Unavailable("the shared store was not asked");

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
    answer = spent;
    return true;
  }

  @Override
  public void ask() {
    answer = quotas.charge(charges, now);
  }

  /** Takes back what was charged to limits that are enforced. */
  void refund() {
    if (enforced != null) {
      quotas.refund(enforced, now);
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

  /** What was answered, or that nothing was. */
  Answer answer() {
    return answer;
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
