// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one remote issuer, as the request path and the one who fetches them share them. The
 * request path reads and signals; it never waits.
 */
public final class RemoteKeySet {
  private final String uri;
  private final InstantSource clock;
  private final AtomicReference<RemoteKeys> state;

  /** Makes a set that has not been fetched yet. */
  public RemoteKeySet(String uri, InstantSource clock) {
    this.uri = uri;
    this.clock = clock;
    this.state = new AtomicReference<>(RemoteKeys.unfetched(clock.instant()));
  }

  /**
   * Takes keys that were kept from an earlier run, unless there are keys already.
   *
   * @param freshUntil as the set's server said
   * @throws MalformedTextException when no key can be had from the text
   */
  public void restore(byte[] body, Instant freshUntil) throws MalformedTextException {
    VerificationKeys kept = JwkSetReader.readPublic(body).keys();
    state.updateAndGet(s -> s.keys() == null ? s.restored(kept, freshUntil, clock.instant()) : s);
  }

  /** Where the set stands, for status and metrics. */
  public RemoteKeys state() {
    return state.get();
  }

  /** The last good keys; null: there have never been any. */
  public @Nullable VerificationKeys current() {
    return state.get().keys();
  }

  /**
   * Signals a token whose key is not known. Any number of calls cause one fetch per 30 s, and fewer
   * while fetches bring nothing new.
   *
   * @param name of the key; empty: the token names none
   */
  public void unknownKey(String name) {
    state.updateAndGet(s -> s.unknownKey(name, clock.instant()));
  }

  /**
   * Fetches on the calling thread if it is time. Call it often, from one or more threads: one of
   * them fetches.
   *
   * @return whether it fetched
   */
  public boolean refreshIfDue(KeyFetch fetch) throws InterruptedException {
    RemoteKeys before = state.get();
    if (!before.due(clock.instant())
        || !state.compareAndSet(before, before.started(clock.instant()))) {
      return false;
    }
    try {
      KeyFetch.Answer answer = fetch.fetch(uri);
      VerificationKeys keys = JwkSetReader.readPublic(answer.body()).keys();
      state.updateAndGet(s -> s.succeeded(keys, answer.freshness(), clock.instant()));
    } catch (IOException | MalformedTextException e) {
      state.updateAndGet(s -> s.failed(String.valueOf(e.getMessage()), clock.instant()));
    } catch (InterruptedException e) {
      state.updateAndGet(s -> s.failed("interrupted", clock.instant()));
      throw e;
    }
    return true;
  }
}
