// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.apikey;

import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.valkey.Script;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.store.key.KeyRecords;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the shared store when its keys were accepted last, in steps of an hour: the field
 * {@link KeyRecords#LAST_USED} of each. Requests only note it; one thread writes what was noted. A
 * key that is gone meanwhile stays so, and no time goes back, whichever replica writes last.
 */
public final class StoredKeyUse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoredKeyUse.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Nobody's request waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Keys that a server is told of at a time; it answers nobody else meanwhile. */
  private static final int AT_A_TIME = 100;

  /** A server whose clock is behind by so much still believes a replica. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private static final Script WRITE =
      Script.of(
          """
          local latest = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[1])
          for i, key in ipairs(KEYS) do
            local used = ARGV[2 * i]
            if tonumber(ARGV[2 * i + 1]) <= latest and redis.call('TYPE', key).ok == 'hash' then
              local held = redis.call('HGET', key, 'lastUsed')
              if not held or held < used or not string.match(held, '^%d%d%d%d%-%d%d%-%d%dT[%d:]+Z$') then
                redis.call('HSET', key, 'lastUsed', used)
              end
            end
          end
          return {}
          """);

  private final ValkeyStore store;
  private final ApiKeyUse use;
  private final int batch;
  private final Duration interval;
  private final InstantSource clock;
  private final Thread thread;
  private final AtomicLong failures = new AtomicLong();

  /**
   * Writes nothing before {@link #start}.
   *
   * @param use of keys by {@link KeyRecords#placeOf}
   * @param cluster whether keys are on several servers, so that no script may name two of them
   */
  public StoredKeyUse(ValkeyStore store, ApiKeyUse use, boolean cluster, InstantSource clock) {
    this(store, use, cluster ? 1 : AT_A_TIME, INTERVAL, clock);
  }

  StoredKeyUse(
      ValkeyStore store, ApiKeyUse use, int batch, Duration interval, InstantSource clock) {
    this.store = store;
    this.use = use;
    this.batch = batch;
    this.interval = interval;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("stored-key-use").unstarted(this::run);
  }

  /** Begins to write, every few seconds. */
  public void start() {
    thread.start();
  }

  private void run() {
    boolean failing = false;
    try {
      while (true) {
        Thread.sleep(interval);
        // That it is away, the store itself says; what was noted waits.
        if (store.isOpen()) {
          failing = failsToWrite(failing);
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private boolean failsToWrite(boolean before) throws InterruptedException {
    try {
      writeAll();
    } catch (StoreException e) {
      failures.incrementAndGet();
      if (!before) {
        LOG.atWarn()
            .addKeyValue(LogKeys.CAUSE, e.getMessage())
            .log("the shared store does not take when keys were used; trying again and again");
      }
      return true;
    }
    if (before) {
      LOG.info("the shared store takes when keys were used");
    }
    return false;
  }

  private void writeAll() throws StoreException, InterruptedException {
    SortedMap<String, Instant> untold = use.untold(clock.instant());
    while (!untold.isEmpty()) {
      SortedMap<String, Instant> written = new TreeMap<>();
      try {
        write(untold, written);
      } finally {
        use.told(written);
      }
      untold = use.untold(clock.instant());
    }
  }

  private void write(SortedMap<String, Instant> uses, SortedMap<String, Instant> written)
      throws StoreException, InterruptedException {
    SortedMap<String, Instant> next = new TreeMap<>();
    for (Map.Entry<String, Instant> each : uses.entrySet()) {
      next.put(each.getKey(), each.getValue());
      if (next.size() == batch) {
        write(next);
        written.putAll(next);
        next.clear();
      }
    }
    if (!next.isEmpty()) {
      write(next);
      written.putAll(next);
    }
  }

  private void write(SortedMap<String, Instant> uses) throws StoreException, InterruptedException {
    List<String> arguments = new ArrayList<>(2 * uses.size() + 1);
    arguments.add(Long.toString(SKEW.toSeconds()));
    for (Instant at : uses.values()) {
      arguments.add(at.toString());
      arguments.add(Long.toString(at.getEpochSecond()));
    }
    store.run(PATIENCE, WRITE, List.copyOf(uses.keySet()), arguments.toArray(new String[0]));
  }

  /** Times that the store did not take what was noted. */
  public long failures() {
    return failures.get();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
