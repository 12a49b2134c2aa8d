// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where one remote key set stands: an immutable state, and what each event makes of it. Holds no
 * clock and does no I/O, so every course of events can be tested.
 *
 * <pre>
 *   unfetched ─started─▶ fetching ─succeeded─▶ fresh ──80 % of its time──▶ due ─started─▶ …
 *                           └─failed─▶ waits 1 s, 2 s, 4 s … 60 s, then due; the last good keys stay
 *   a token with an unknown key ─▶ due at once, but not within 30 s of the last fetch, and 60 s,
 *                                  120 s … 600 s after fetches that brought nothing new
 * </pre>
 *
 * @param keys the last good ones; null: none have ever been had, so nothing can be verified
 * @param freshUntil when {@code keys} should have been replaced
 * @param nextFetch when the next fetch is due
 * @param lastStart when the last fetch began; {@link Instant#MIN} before the first
 * @param fetching whether that fetch is still under way
 * @param failures how many fetches in a row have failed
 * @param lastError of the last fetch, for people; null when it succeeded
 * @param unknown keys that tokens have named and that are not among these
 */
public record RemoteKeys(
    @Nullable VerificationKeys keys,
    Instant freshUntil,
    Instant nextFetch,
    Instant lastStart,
    boolean fetching,
    int failures,
    @Nullable String lastError,
    UnknownKeys unknown) {

  /** Between a fetch and one that an unknown key causes, at least. */
  public static final Duration UNKNOWN_KEY_PAUSE = Duration.ofSeconds(30);

  /** How long keys are fresh when their server does not say. */
  public static final Duration DEFAULT_FRESHNESS = Duration.ofMinutes(5);

  private static final Duration MIN_FRESHNESS = Duration.ofMinutes(1);
  private static final Duration MAX_FRESHNESS = Duration.ofHours(1);
  private static final Duration MAX_RETRY = Duration.ofSeconds(60);

  /** After this long, a fetch that has not ended is given up. */
  private static final Duration ABANDONED = Duration.ofSeconds(60);

  /** Nothing yet; a fetch is due at once. */
  public static RemoteKeys unfetched(Instant now) {
    return new RemoteKeys(null, now, now, Instant.MIN, false, 0, null, UnknownKeys.NONE);
  }

  /**
   * Keys that were kept from an earlier run, as old as they are; a fetch is due at once.
   *
   * @param freshUntil as it was then; not taken for later than a fetch now would make it
   */
  RemoteKeys restored(VerificationKeys kept, Instant freshUntil, Instant now) {
    Instant latest = now.plus(MAX_FRESHNESS);
    return new RemoteKeys(
        kept,
        freshUntil.isAfter(latest) ? latest : freshUntil,
        nextFetch,
        lastStart,
        fetching,
        failures,
        lastError,
        unknown);
  }

  /** Whether a fetch should begin now. */
  public boolean due(Instant now) {
    return fetching ? !now.isBefore(lastStart.plus(ABANDONED)) : !now.isBefore(nextFetch);
  }

  /** Whether the keys are older than they should be. They are used all the same. */
  public boolean stale(Instant now) {
    return !now.isBefore(freshUntil);
  }

  /** A fetch begins. */
  public RemoteKeys started(Instant now) {
    return new RemoteKeys(keys, freshUntil, nextFetch, now, true, failures, lastError, unknown);
  }

  /**
   * A fetch has brought keys. Keys equal to the last ones leave the object as it was, so that
   * comparing it costs nothing.
   *
   * @param freshness as the server says (Cache-Control), bounded to 1 minute to 1 hour
   */
  public RemoteKeys succeeded(VerificationKeys fetched, Duration freshness, Instant now) {
    Duration bounded = freshness.compareTo(MIN_FRESHNESS) < 0 ? MIN_FRESHNESS : freshness;
    bounded = bounded.compareTo(MAX_FRESHNESS) > 0 ? MAX_FRESHNESS : bounded;
    boolean same = fetched.equals(keys);
    return new RemoteKeys(
        same ? keys : fetched,
        now.plus(bounded),
        now.plus(bounded.multipliedBy(4).dividedBy(5)),
        lastStart,
        false,
        0,
        null,
        same ? unknown.unchanged(now) : UnknownKeys.NONE);
  }

  /** A fetch has failed, or brought nothing that can be used. */
  public RemoteKeys failed(String error, Instant now) {
    Duration pause = Duration.ofSeconds(1L << Math.min(failures, 6));
    return new RemoteKeys(
        keys,
        freshUntil,
        now.plus(pause.compareTo(MAX_RETRY) > 0 ? MAX_RETRY : pause),
        lastStart,
        false,
        failures + 1,
        error,
        unknown);
  }

  /**
   * A token names a key that is not among these: perhaps there is a newer one.
   *
   * @param name of the key; empty: the token names none, and none fits
   */
  public RemoteKeys unknownKey(String name, Instant now) {
    if (fetching
        || !now.isBefore(nextFetch)
        || now.isBefore(lastStart.plus(UNKNOWN_KEY_PAUSE))
        || !unknown.worthAFetch(name, now)) {
      return this;
    }
    return new RemoteKeys(
        keys, freshUntil, now, lastStart, false, failures, lastError, unknown.seek(name, now));
  }
}
