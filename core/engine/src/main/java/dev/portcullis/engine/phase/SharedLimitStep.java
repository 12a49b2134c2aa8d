// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.engine.port.SharedQuotas.Answer;
import dev.portcullis.engine.port.SharedQuotas.Standing;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * What is known to be refused is refused without asking: by a limit of this process, which is only
 * peeked then, or by the store's word of a moment ago. Else the store is asked, once for all limits
 * of the step that replicas share. When it has charged them, those of this process are charged; if
 * one of those refuses now, because another request was faster, the store is told to take its charge
 * back. So nothing is charged for what does not pass, but for the moment in between.
 *
 * Quotas that are only peeked in this phase are asked about where the store is asked anyway; else
 * its word of a moment ago has to do, for they are charged later in any case. Where the rules let
 * the request pass, which they can say before the store does, they are charged by the same question.
 *
 * Where all limits that the store would charge may be leased, and it has leased enough before, it is
 * not asked. What is charged so is not taken back when a limit of this process refuses after all.
 *
 * Limits in shadow mode that replicas share do not count requests that are refused without asking.
 */
/** The limits of one phase, some of which all replicas count together. */
final class SharedLimitStep implements PhaseStep {
  private final LimitGroup own;
  private final LimitGroup shared;
  private final OwnCounters counters;
  private final SharedQuotas quotas;
  private final boolean followed;

  /**
   * Counts limits.
   *
   * @param followed whether a later step has limits that replicas share
   */
  SharedLimitStep(
      Phase phase, LimitGroup own, LimitGroup shared, boolean followed, QuotaStores stores) {
    this.own = own;
    this.shared = shared;
    this.followed = followed;
    this.counters = new OwnCounters(phase, stores.own());
    this.quotas = stores.shared();
  }

  @Override
  public Phase phase() {
    return counters.phase();
  }

  @Override
  public String section() {
    return "limits";
  }

  @Override
  public @Nullable PolicyRef source() {
    return null;
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    QuotaInquiry asked = evaluation.quotaInquiry(this);
    if (asked != null) {
      return settle(asked, evaluation);
    }
    LimitGroup.Counted here = own.counting(evaluation);
    LimitGroup.Counted there = shared.counting(evaluation);
    Verdict deny = knownRefusal(here, there, evaluation);
    if (deny != null) {
      counters.countShadowed(here, evaluation);
      return deny;
    }
    if (there.chargesNothing()) {
      return said(counters.count(here, evaluation));
    }
    String absence = quotas.absence();
    if (absence != null) {
      return alone(here, there, absence, evaluation);
    }
    QuotaInquiry inquiry = new QuotaInquiry(this, here, there, false, quotas, evaluation);
    if (inquiry.spends()) {
      return settle(inquiry, evaluation);
    }
    evaluation.quotaInquiry(inquiry);
    return new Verdict.Asks(inquiry);
  }

  private Verdict settle(QuotaInquiry asked, Evaluation evaluation) {
    boolean passes = false;
    try {
      Verdict verdict =
          switch (asked.answer()) {
            case Answer.Counted counted -> settle(asked, counted, evaluation);
            case Answer.Unavailable(var cause) ->
                alone(asked.own(), asked.shared(), cause, evaluation);
          };
      passes = verdict instanceof Verdict.NotApplicable;
      return verdict;
    } finally {
      if (!passes) {
        asked.withdrawJoined();
        asked.withdrawUnanswered();
      }
    }
  }

  @Override
  public Verdict overdue(Evaluation evaluation, String cause) {
    QuotaInquiry asked = evaluation.quotaInquiry(this);
    if (asked == null) {
      return PhaseStep.super.overdue(evaluation, cause);
    }
    // The answer may be there though nobody had the time to go on with it: then it counts.
    asked.giveUp(cause);
    return settle(asked, evaluation);
  }

  @Override
  public void abandon(Evaluation evaluation) {
    QuotaInquiry asked = evaluation.quotaInquiry(this);
    if (asked != null) {
      asked.abandon();
    }
  }

  /**
   * Whether a later step has limits that replicas share, and the rules are between them at most.
   */
  boolean isFollowed() {
    return followed;
  }

  /** What is known to be refused here, the earlier step has refused: it peeked at it. */
  @Override
  public boolean join(Inquiry earlier, Evaluation evaluation) {
    if (!(earlier instanceof QuotaInquiry asked)) {
      return false;
    }
    LimitGroup.Counted here = own.counting(evaluation);
    LimitGroup.Counted there = shared.counting(evaluation);
    if (there.charged() == null) {
      // What is in shadow mode alone must not be able to spoil the question of others.
      return false;
    }
    QuotaInquiry mine = new QuotaInquiry(this, here, there, asked.enforces(), quotas, evaluation);
    if (mine.mayBeSpent()) {
      return false;
    }
    asked.join(mine);
    return true;
  }

  private static Verdict said(Verdict.@Nullable Deny deny) {
    return deny == null ? Verdict.NOT_APPLICABLE : deny;
  }

  /** Tells how the limits stand that refuse the request in any case; null: none is known to. */
  private Verdict.@Nullable Deny knownRefusal(
      LimitGroup.Counted here, LimitGroup.Counted there, Evaluation evaluation) {
    if (!counters.grants(here.peeked(), evaluation)) {
      return counters.peek(here.peeked(), evaluation);
    }
    if (!counters.grants(here.charged(), evaluation)) {
      return counters.peek(here.charged(), evaluation);
    }
    Verdict.Deny deny = knownRefusal(there.peeked(), evaluation);
    return deny == null ? knownRefusal(there.charged(), evaluation) : deny;
  }

  private Verdict.@Nullable Deny knownRefusal(@Nullable LimitLines lines, Evaluation evaluation) {
    for (int i = 0; lines != null && i < lines.lines().size(); i++) {
      QuotaLine line = lines.lines().get(i);
      QuotaState state = quotas.knownRefusal(line);
      if (state != null) {
        return new LimitLines(List.of(lines.limits().get(i)), List.of(line))
            .report(List.of(state), evaluation);
      }
    }
    return null;
  }

  private Verdict settle(QuotaInquiry asked, Answer.Counted counted, Evaluation evaluation) {
    counters.countShadowed(asked.own(), evaluation);
    Standing shadowed = asked.shadowed(counted);
    if (shadowed != null && asked.shared().shadowed() != null) {
      asked.shared().shadowed().shadow(shadowed.charged(), evaluation);
      if (!shadowed.charged().isEmpty() && LimitLines.granted(shadowed.charged())) {
        asked.reserveShadowed(evaluation);
      }
    }
    Standing enforced = asked.enforced(counted);
    Verdict.Deny deny = enforced == null ? null : report(asked.shared(), enforced, evaluation);
    if (deny != null) {
      return deny;
    }
    deny = counters.enforce(asked.own(), evaluation);
    if (deny != null) {
      asked.refund();
    } else {
      if (enforced != null && asked.shared().charged() != null) {
        asked.shared().charged().mark(enforced.charged(), evaluation);
      }
      asked.reserveEnforced(evaluation);
    }
    return said(deny);
  }

  private static Verdict.@Nullable Deny report(
      LimitGroup.Counted there, Standing enforced, Evaluation evaluation) {
    LimitLines all = LimitLines.none();
    // To what was leased ahead is charged without a look at others.
    LimitLines peeked = enforced.peeked().isEmpty() ? null : there.peeked();
    Stream.of(peeked, there.charged()).flatMap(Stream::ofNullable).forEach(all::addAll);
    List<QuotaState> states = new ArrayList<>(enforced.peeked());
    states.addAll(enforced.charged());
    return all.report(states, evaluation);
  }

  /** Goes on without the store, as each of the limits demands. */
  private Verdict alone(
      LimitGroup.Counted here, LimitGroup.Counted there, String cause, Evaluation evaluation) {
    quotas.uncounted();
    Verdict.Unavailable refusal = firstThatDenies(there, cause);
    LimitGroup.Counted all =
        new LimitGroup.Counted(
            // What is charged later is settled there.
            here.peeked(),
            with(here.charged(), there.charged(), cause, evaluation),
            with(here.shadowed(), there.shadowed(), cause, evaluation));
    counters.countShadowed(all, evaluation);
    return refusal == null ? said(counters.enforce(all, evaluation)) : refusal;
  }

  private static Verdict.@Nullable Unavailable firstThatDenies(
      LimitGroup.Counted there, String cause) {
    LimitLines charged = there.charged();
    for (int i = 0; charged != null && i < charged.limits().size(); i++) {
      LimitProgram limit = charged.limits().get(i);
      if (limit.onStoreFailure() == OnStoreFailure.DENY) {
        return new Verdict.Unavailable(limit.by(), cause);
      }
    }
    return null;
  }

  /** The lines of this process, and its share of those that the store would count. */
  private @Nullable LimitLines with(
      @Nullable LimitLines here, @Nullable LimitLines there, String cause, Evaluation evaluation) {
    if (there == null) {
      return here;
    }
    LimitLines all = LimitLines.none();
    if (here != null) {
      all.addAll(here);
    }
    for (int i = 0; i < there.limits().size(); i++) {
      LimitProgram limit = there.limits().get(i);
      OnStoreFailure reaction = limit.onStoreFailure();
      if (reaction == OnStoreFailure.ALLOW && quotas.absence() == null) {
        // The store has not failed, there are too many requests: no reason to count none of them.
        reaction = OnStoreFailure.LOCAL_SHARE;
      }
      switch (reaction) {
        case LOCAL_SHARE -> all.add(limit, share(there.lines().get(i), evaluation, limit, cause));
        case ALLOW -> evaluation.note("limit " + limit.name() + " is not counted: " + cause);
        case DENY -> {
          if (limit.isShadow()) {
            evaluation.shadow(limit.by(), DenyReason.UNAVAILABLE);
          }
        }
      }
    }
    return all.lines().isEmpty() ? null : all;
  }

  private QuotaLine share(QuotaLine line, Evaluation evaluation, LimitProgram limit, String cause) {
    evaluation.note("limit " + limit.name() + " is counted by this replica alone: " + cause);
    return LimitProgram.share(line, quotas.replicas());
  }
}
