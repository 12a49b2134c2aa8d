// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One limit: how much each key may have.
 *
 * @param source with {@code name}, the identity of its counters; {@code source/name}
 * @param key the parts of the key; empty: the default (client, else subject, else address with IPv6
 *     by /64)
 * @param match any one suffices; empty: every request
 * @param when must be true; null: always. An error applies the limit
 * @param cost what a request is charged, taken for 1 to {@value #MAX_COST}; null: 1. An error costs
 *     the most
 * @param count which requests it counts in the end
 * @param plans allowances by {@code auth.plan}, instead of {@code allowance}
 * @param phase when it is charged, found by the compiler from what its expressions read
 * @param sharing null: each replica of the decision service counts for itself
 * @param maxDelay the longest that a request beyond the burst is held until its turn comes, instead
 *     of refused; of a rate only; null: none is held
 */
public record LimitSpec(
    PolicyRef source,
    String name,
    Mode mode,
    List<Expression> key,
    List<MatchSpec> match,
    @Nullable Expression when,
    @Nullable Expression cost,
    Count count,
    Allowance allowance,
    SortedMap<String, Allowance> plans,
    LimitPhase phase,
    @Nullable Sharing sharing,
    @Nullable Duration maxDelay) {
  /** The most that one request is charged. */
  public static final int MAX_COST = 1000;

  /** The longest that a limit may hold a request. */
  public static final Duration MAX_DELAY = Duration.ofSeconds(10);

  /** Which requests a limit counts in the end. */
  public enum Count {
    /** All. */
    REQUESTS,
    /** Those whose response is no success. They are charged before, and given back after it. */
    FAILURES
  }

  /** When a limit is charged. */
  public enum LimitPhase {
    /** Before anybody is identified: it reads neither {@code auth} nor {@code bot}. */
    FLOOD,
    /** When the caller is known. */
    RATE,
    /** Peeked when the caller is known, charged when the request is about to pass. */
    QUOTA
  }

  /** The same, with what plans may leave out. */
  public LimitSpec(
      PolicyRef source,
      String name,
      Mode mode,
      List<Expression> key,
      List<MatchSpec> match,
      @Nullable Expression when,
      @Nullable Expression cost,
      @Nullable Count count,
      Allowance allowance,
      SortedMap<String, Allowance> plans,
      LimitPhase phase,
      @Nullable Sharing sharing,
      @Nullable Duration maxDelay) {
    this.source = source;
    this.name = name;
    this.mode = mode;
    this.when = when;
    this.cost = cost;
    this.count = count == null ? Count.REQUESTS : count;
    this.allowance = allowance;
    this.phase = phase;
    this.sharing = sharing;
    this.maxDelay = maxDelay;
    this.key = List.copyOf(key);
    this.match = List.copyOf(match);
    this.plans = Collections.unmodifiableSortedMap(new TreeMap<>(plans));
  }

  /** One that counts all requests, and refuses what is beyond it. */
  public LimitSpec(
      PolicyRef source,
      String name,
      Mode mode,
      List<Expression> key,
      List<MatchSpec> match,
      @Nullable Expression when,
      @Nullable Expression cost,
      Allowance allowance,
      SortedMap<String, Allowance> plans,
      LimitPhase phase,
      @Nullable Sharing sharing) {
    this(
        source,
        name,
        mode,
        key,
        match,
        when,
        cost,
        Count.REQUESTS,
        allowance,
        plans,
        phase,
        sharing,
        null);
  }

  /** Whether it holds requests: in shadow mode none waits. */
  public boolean delays() {
    return maxDelay != null && mode == Mode.ENFORCE;
  }
}
