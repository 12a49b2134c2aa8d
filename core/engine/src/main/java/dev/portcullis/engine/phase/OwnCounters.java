// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.QuotaStore;
import dev.portcullis.policy.decision.Phase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of one phase in this process. Limits that are enforced are charged together
 * or not at all; those in shadow mode have counters of their own and never change the outcome. What
 * is only peeked (quotas, before a client may buy more work) is asked first.
 */
record OwnCounters(Phase phase, QuotaStore store) {

  /** Charges what counts the request; null: all of it is granted. */
  Verdict.@Nullable Deny count(LimitGroup.Counted counted, Evaluation evaluation) {
    countShadowed(counted, evaluation);
    return enforce(counted, evaluation);
  }

  /** Charges what is in shadow mode. */
  void countShadowed(LimitGroup.Counted counted, Evaluation evaluation) {
    LimitLines lines = counted.shadowed();
    if (lines != null) {
      ChargeId id = ChargeId.of(evaluation.request(), phase, true);
      List<QuotaState> states = store.charge(id, lines.lines(), evaluation.now());
      lines.shadow(states, evaluation);
      if (lines.areReserved() && LimitLines.granted(states)) {
        evaluation.reserve(Reservation.own(id));
      }
    }
  }

  /** Charges what is enforced; null: all of it is granted. */
  Verdict.@Nullable Deny enforce(LimitGroup.Counted counted, Evaluation evaluation) {
    Verdict.Deny deny = peek(counted.peeked(), evaluation);
    LimitLines lines = counted.charged();
    if (deny != null || lines == null) {
      return deny;
    }
    ChargeId id = ChargeId.of(evaluation.request(), phase, false);
    List<QuotaState> states = store.charge(id, lines.lines(), evaluation.now());
    deny = lines.report(states, evaluation);
    if (deny == null) {
      lines.mark(states, evaluation);
      if (lines.areReserved()) {
        evaluation.reserve(Reservation.own(id));
      }
    }
    return deny;
  }

  /** Charges nothing; null: all of it would be granted. */
  Verdict.@Nullable Deny peek(@Nullable LimitLines lines, Evaluation evaluation) {
    return lines == null
        ? null
        : lines.report(store.peek(lines.lines(), evaluation.now()), evaluation);
  }

  /** Whether all of it would be granted; tells nobody. */
  boolean grants(@Nullable LimitLines lines, Evaluation evaluation) {
    return lines == null || LimitLines.granted(store.peek(lines.lines(), evaluation.now()));
  }
}
