// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.keys.RemoteKeys;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.extauthz.log.LogKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key sets of all remote issuers of the plan. A set is fetched as soon as a route asks for it,
 * and from then on whenever it says that it is due, each on a virtual thread of its own, so that a
 * slow issuer delays no other.
 */
public final class RemoteKeySets implements KeySource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteKeySets.class);
  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final Map<String, RemoteKeySet> sets = new ConcurrentHashMap<>();
  private final LongAdder fetches = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final KeyFetch fetch;
  private final @Nullable KeptKeySets kept;
  private final InstantSource clock;
  private final ExecutorService fetchers = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("key-sets").factory());

  /**
   * Starts to look which sets are due.
   *
   * @param kept where the last good sets are kept; null: nowhere
   */
  public RemoteKeySets(KeyFetch fetch, @Nullable KeptKeySets kept, InstantSource clock) {
    this.fetch = fetch;
    this.kept = kept;
    this.clock = clock;
    long millis = INTERVAL.toMillis();
    var _ = looker.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public RemoteKeySet keysAt(String uri) {
    RemoteKeySet known = sets.get(uri);
    if (known != null) {
      return known;
    }
    RemoteKeySet set = sets.computeIfAbsent(uri, this::restored);
    fetchers.execute(() -> refresh(uri, set));
    return set;
  }

  private RemoteKeySet restored(String uri) {
    RemoteKeySet set = new RemoteKeySet(uri, clock);
    if (kept != null) {
      kept.read(uri)
          .ifPresent(found -> {
            try {
              set.restore(found.body(), found.freshUntil());
            } catch (MalformedTextException e) {
              LOG.atWarn()
                  .addKeyValue(LogKeys.URI, uri)
                  .addKeyValue(LogKeys.CAUSE, e.getMessage())
                  .log("a key set that was kept is none");
            }
          });
    }
    return set;
  }

  /** Forgets the sets of all other addresses: nothing of the plan refers to them any more. */
  public void retain(Set<String> uris) {
    sets.keySet().retainAll(uris);
    if (kept != null) {
      kept.retain(uris);
    }
  }

  private void look() {
    Instant now = clock.instant();
    sets.forEach((uri, set) -> {
      if (set.state().due(now)) {
        fetchers.execute(() -> refresh(uri, set));
      }
    });
  }

  private void refresh(String uri, RemoteKeySet set) {
    try {
      RemoteKeys before = set.state();
      AtomicReference<KeyFetch.@Nullable Answer> answer = new AtomicReference<>();
      if (set.refreshIfDue(
          each -> {
            KeyFetch.Answer brought = fetch.fetch(each);
            answer.set(brought);
            return brought;
          })) {
        fetches.increment();
        RemoteKeys after = set.state();
        report(uri, before, after);
        KeyFetch.Answer brought = answer.get();
        if (kept != null && brought != null && after.lastError() == null) {
          kept.keep(uri, brought.body(), after.freshUntil());
        }
      }
    } catch (InterruptedException e) {
      // The process stops.
      Thread.currentThread().interrupt();
    }
  }

  /** Says what changes: the first failure in a row, and the first success after failures. */
  private void report(String uri, RemoteKeys before, RemoteKeys after) {
    String error = after.lastError();
    if (error != null) {
      failures.increment();
      if (before.failures() == 0) {
        LOG.atWarn()
            .addKeyValue(LogKeys.URI, uri)
            .addKeyValue(LogKeys.CAUSE, error)
            .log("a key set cannot be fetched; the last good one stays");
      }
    } else if (before.failures() > 0 || before.keys() == null) {
      LOG.atInfo().addKeyValue(LogKeys.URI, uri).log("a key set was fetched");
    }
  }

  /** Key sets that the plan refers to. */
  public int size() {
    return sets.size();
  }

  /** Sets of which there have never been any keys: their tokens cannot be verified. */
  public long missing() {
    return sets.values().stream().filter(set -> set.current() == null).count();
  }

  /** Sets that are older than their issuer wants them to be. */
  public long stale() {
    Instant now = clock.instant();
    return sets.values().stream()
        .filter(set -> set.current() != null && set.state().stale(now))
        .count();
  }

  /**
   * Sets that the last fetch failed to bring and whose keys are too old or not there, by address.
   * What is behind a {@code #} of an address is the issuer whose metadata it is.
   */
  public SortedMap<String, KeySetTrouble> troubles() {
    Instant now = clock.instant();
    SortedMap<String, KeySetTrouble> troubles = new TreeMap<>();
    sets.forEach((uri, set) -> {
      RemoteKeys state = set.state();
      String error = state.lastError();
      if (error != null && (state.keys() == null || state.stale(now))) {
        troubles.put(uri, new KeySetTrouble(state.keys() != null, error));
      }
    });
    return troubles;
  }

  /** Fetches so far. */
  public long fetches() {
    return fetches.sum();
  }

  /** Fetches that brought nothing. */
  public long failures() {
    return failures.sum();
  }

  @Override
  public void close() {
    looker.shutdownNow();
    fetchers.shutdownNow();
  }
}
