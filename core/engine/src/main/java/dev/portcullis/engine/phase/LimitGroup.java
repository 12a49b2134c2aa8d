// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one phase.
 *
 * @param peeked they must be granted too, and are charged later
 * @param charged together or not at all
 * @param shadowed charged apart, and never change the outcome
 */
record LimitGroup(
    List<LimitProgram> peeked, List<LimitProgram> charged, List<LimitProgram> shadowed) {
  LimitGroup {
    peeked = List.copyOf(peeked);
    charged = List.copyOf(charged);
    shadowed = List.copyOf(shadowed);
  }

  /** Those of a group that count one request, and their counters; null: none does. */
  record Counted(
      @Nullable LimitLines peeked, @Nullable LimitLines charged, @Nullable LimitLines shadowed) {

    boolean chargesNothing() {
      return charged == null && shadowed == null;
    }
  }

  /** Those that count the request. */
  Counted counting(Evaluation evaluation) {
    return new Counted(
        LimitLines.of(peeked, evaluation),
        LimitLines.of(charged, evaluation),
        LimitLines.of(shadowed, evaluation));
  }

  boolean isEmpty() {
    return peeked.isEmpty() && charged.isEmpty() && shadowed.isEmpty();
  }

  /** Those that this process counts. */
  LimitGroup own() {
    return only(false);
  }

  /** Those that all replicas count together. */
  LimitGroup shared() {
    return only(true);
  }

  private LimitGroup only(boolean shared) {
    return new LimitGroup(only(peeked, shared), only(charged, shared), only(shadowed, shared));
  }

  private static List<LimitProgram> only(List<LimitProgram> limits, boolean shared) {
    return limits.stream().filter(limit -> limit.isShared() == shared).toList();
  }
}
