// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens have named and that their issuer does not have: which may still cause a
 * fetch, and when. An immutable state. Anybody can make up a name, so fetches that change nothing
 * are made ever more rarely, and a name that was looked for often enough is given up, so that an
 * old client does not use up what a key that is really new needs.
 *
 * @param vain how often each name was looked for in vain; at most {@link #MAX_NAMES}
 * @param sought the name that the next fetch, or the one under way, looks for; null: none
 * @param useless how many such fetches in a row have changed nothing
 * @param notBefore when a name may cause the next fetch
 */
record UnknownKeys(
    Map<String, Integer> vain, @Nullable String sought, int useless, Instant notBefore) {
  /** Nothing was looked for. */
  static final UnknownKeys NONE = new UnknownKeys(Map.of(), null, 0, Instant.MIN);

  /** After the first useless fetch; the next pauses are twice as long each. */
  static final Duration FIRST_PAUSE = Duration.ofMinutes(1);

  /** The longest pause, and how long it must have been quiet for all to be forgotten. */
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** An issuer may publish a key later than it uses it: one look is not enough. */
  static final int TRIES = 3;

  static final int MAX_NAMES = 64;

  UnknownKeys {
    vain = Map.copyOf(vain);
  }

  /** Whether a token with this name may cause a fetch. */
  boolean worthAFetch(String name, Instant now) {
    return !now.isBefore(notBefore) && (quiet(now) || vain.getOrDefault(name, 0) < TRIES);
  }

  /** A fetch looks for the name. */
  UnknownKeys seek(String name, Instant now) {
    return quiet(now)
        ? new UnknownKeys(Map.of(), name, 0, notBefore)
        : new UnknownKeys(vain, name, useless, notBefore);
  }

  /** A fetch has brought the same keys as before. */
  UnknownKeys unchanged(Instant now) {
    if (sought == null) {
      return this;
    }
    Map<String, Integer> looked = new HashMap<>(vain.size() < MAX_NAMES ? vain : Map.of());
    looked.merge(sought, 1, Integer::sum);
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(useless, 5));
    return new UnknownKeys(
        looked,
        null,
        useless + 1,
        now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause));
  }

  private boolean quiet(Instant now) {
    return useless > 0 && !now.isBefore(notBefore.plus(LONGEST_PAUSE));
  }
}
