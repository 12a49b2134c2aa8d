// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits that count one request, and their counters, in one order. Used by one thread.
 *
 * @param limits as many as lines
 */
record LimitLines(List<LimitProgram> limits, List<QuotaLine> lines) {

  static LimitLines none() {
    return new LimitLines(new ArrayList<>(), new ArrayList<>());
  }

  /** Those of the limits that count the request; null: none does. */
  static @Nullable LimitLines of(List<LimitProgram> limits, Evaluation evaluation) {
    LimitLines found = null;
    for (int i = 0; i < limits.size(); i++) {
      QuotaLine line = limits.get(i).line(evaluation);
      if (line != null) {
        if (found == null) {
          found = new LimitLines(new ArrayList<>(limits.size()), new ArrayList<>(limits.size()));
        }
        found.add(limits.get(i), line);
      }
    }
    return found;
  }

  /** Whether some of each may be leased. */
  boolean areLeased() {
    for (LimitProgram limit : limits) {
      if (!limit.isLeased()) {
        return false;
      }
    }
    return true;
  }

  /** Whether one of them waits for the end of the request. */
  boolean areReserved() {
    for (QuotaLine line : lines) {
      if (line.isReserved()) {
        return true;
      }
    }
    return false;
  }

  /** Whether all of the states are granted. */
  static boolean granted(List<QuotaState> states) {
    for (QuotaState state : states) {
      if (!state.granted()) {
        return false;
      }
    }
    return true;
  }

  void add(LimitProgram limit, QuotaLine line) {
    limits.add(limit);
    lines.add(line);
  }

  void addAll(LimitLines others) {
    limits.addAll(others.limits);
    lines.addAll(others.lines);
  }

  /**
   * Tells the client and the trace how they stand; refuses by the one that does so for longest,
   * else holds the request for the longest of their delays.
   */
  Verdict.@Nullable Deny report(List<QuotaState> states, Evaluation evaluation) {
    int refusing = -1;
    for (int i = 0; i < states.size(); i++) {
      QuotaState state = states.get(i);
      evaluation.limits().add(limits.get(i), lines.get(i).meter(), state, evaluation.now());
      limits.get(i).trace(evaluation, state);
      if (!state.granted()
          && (refusing < 0 || state.retrySeconds() > states.get(refusing).retrySeconds())) {
        refusing = i;
      }
    }
    if (refusing < 0) {
      delay(states, evaluation);
      return null;
    }
    LimitProgram limit = limits.get(refusing);
    return Verdict.limited(limit.by(), limit.reason(), states.get(refusing));
  }

  /** Notes which quotas are nearly, or all, used since a charge that was granted. */
  void mark(List<QuotaState> states, Evaluation evaluation) {
    for (int i = 0; i < states.size(); i++) {
      QuotaLine line = lines.get(i);
      // What may be given back is not used yet.
      if (limits.get(i).isQuota() && !line.isReserved()) {
        QuotaMark passed =
            QuotaMark.passed(
                limits.get(i).by(),
                line.meter().capacity(),
                states.get(i).remaining(),
                line.cost());
        if (passed != null) {
          evaluation.mark(passed);
        }
      }
    }
  }

  private void delay(List<QuotaState> states, Evaluation evaluation) {
    for (int i = 0; i < states.size(); i++) {
      if (states.get(i).delay() > 0) {
        evaluation.delay(limits.get(i).by(), states.get(i).delay());
      }
    }
  }

  /** Notes which of them would refuse. */
  void shadow(List<QuotaState> states, Evaluation evaluation) {
    for (int i = 0; i < states.size(); i++) {
      LimitProgram limit = limits.get(i);
      limit.trace(evaluation, states.get(i));
      if (!states.get(i).granted()) {
        evaluation.shadow(limit.by(), limit.reason());
      }
    }
  }
}
