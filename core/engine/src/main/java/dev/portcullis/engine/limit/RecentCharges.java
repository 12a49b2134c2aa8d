// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The answers to the latest charges, in a table of fixed size: 16 384 sets of four. Where a set is
 * full, the oldest answer gives way; a repetition that comes so late is charged again, which errs
 * on the strict side.
 */
final class RecentCharges {
  private static final int SETS = 1 << 14;
  private static final int WAYS = 4;
  private static final long MEMORY_NANOS = 10_000_000_000L;

  private final AtomicReferenceArray<@Nullable Answer> answers =
      new AtomicReferenceArray<>(SETS * WAYS);

  private record Answer(ChargeId id, List<QuotaState> states, long at) {}

  /** The answer that the id got within the last ten seconds, or null. */
  @Nullable List<QuotaState> find(ChargeId id, long now) {
    int set = set(id);
    for (int way = 0; way < WAYS; way++) {
      Answer answer = answers.getOpaque(set + way);
      if (answer != null && answer.id.equals(id) && Math.abs(now - answer.at) < MEMORY_NANOS) {
        return answer.states;
      }
    }
    return null;
  }

  void remember(ChargeId id, List<QuotaState> states, long now) {
    int set = set(id);
    int oldest = set;
    long oldestAt = Long.MAX_VALUE;
    for (int way = set; way < set + WAYS; way++) {
      Answer answer = answers.getOpaque(way);
      long at = answer == null ? Long.MIN_VALUE : answer.at;
      if (at < oldestAt) {
        oldest = way;
        oldestAt = at;
      }
    }
    answers.setRelease(oldest, new Answer(id, states, now));
  }

  private static int set(ChargeId id) {
    int hash = id.request().hashCode() * 31 + id.phase().name().hashCode();
    return (((hash ^ (hash >>> 15)) * 0x9E3779B1) >>> 18) * WAYS;
  }
}
