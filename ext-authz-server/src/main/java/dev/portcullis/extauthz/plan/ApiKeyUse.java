// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * When issued keys were accepted last, in steps of {@link Observations#STEP}. A request with a key
 * that was used before in the same step reads one entry of a map and writes nothing. Thread-safe.
 */
public final class ApiKeyUse {
  /** Keys of one step; those beyond are not noted before the next one. */
  static final int MAX_KEYS = 100_000;

  private final Function<ApiKeyRecord, String> naming;
  private final ConcurrentMap<String, Use> byHash = new ConcurrentHashMap<>();
  private final LongAdder unnoted = new LongAdder();

  /**
   * @param key its name
   * @param step of {@link Observations#STEP}, counted from the epoch
   */
  private record Use(String key, long step, boolean told) {}

  /** Calls keys {@code namespace/name}, as the operator does. */
  public ApiKeyUse() {
    this(key -> key.namespace() + "/" + key.name());
  }

  /**
   * Calls keys by other names.
   *
   * @param naming no two keys have one name
   */
  public ApiKeyUse(Function<ApiKeyRecord, String> naming) {
    this.naming = naming;
  }

  /** The key was accepted. */
  public void note(ApiKeyRecord key, Instant at) {
    long step = Math.floorDiv(at.getEpochSecond(), Observations.STEP.toSeconds());
    // A hash is the one text of a key whose own hash code is computed once and kept.
    Use last = byHash.get(key.sha256());
    if (last != null && last.step() >= step) {
      return;
    }
    if (last == null && byHash.size() >= MAX_KEYS) {
      unnoted.increment();
      return;
    }
    byHash.put(key.sha256(), new Use(naming.apply(key), step, false));
  }

  /**
   * Uses that were not told yet, at most {@link Observations#MAX_LAST_USED}, by the names of the
   * keys; forgets those of former steps that were.
   */
  public SortedMap<String, Instant> untold(Instant now) {
    long step = Math.floorDiv(now.getEpochSecond(), Observations.STEP.toSeconds());
    SortedMap<String, Instant> uses = new TreeMap<>();
    byHash.forEach((hash, use) -> {
      if (use.told() && use.step() < step) {
        byHash.remove(hash, use);
      } else if (!use.told() && uses.size() < Observations.MAX_LAST_USED) {
        uses.merge(use.key(), begin(use), (one, other) -> one.isAfter(other) ? one : other);
      }
    });
    return uses;
  }

  /** These were told. A key that was used again since stays to be told. */
  public void told(SortedMap<String, Instant> uses) {
    byHash.forEach((hash, use) -> {
      Instant said = uses.get(use.key());
      if (said != null && !use.told() && !begin(use).isAfter(said)) {
        byHash.replace(hash, use, new Use(use.key(), use.step(), true));
      }
    });
  }

  /** Whoever was told may have forgotten: what is remembered is to be told anew. */
  public void tellAnew() {
    byHash.forEach((hash, use) -> byHash.replace(hash, use, new Use(use.key(), use.step(), false)));
  }

  /** Uses that were not noted, because of too many keys in one step. */
  public long unnoted() {
    return unnoted.sum();
  }

  private static Instant begin(Use use) {
    return Instant.ofEpochSecond(use.step() * Observations.STEP.toSeconds());
  }
}
