// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.extauthz.valkey.Script;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * How many replicas share the store: each signs in every few seconds, by the server's clock, and is
 * forgotten when it does not. While the store cannot be asked the latest number holds. One thread.
 */
public final class ReplicaCount implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final String FORGOTTEN_AFTER_SECONDS = "10";

  /** Nobody's request waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final List<String> KEY = List.of("portcullis:replicas");

  private static final Script SIGN_IN =
      Script.of(
          """
          local now = tonumber(redis.call('TIME')[1])
          redis.call('ZADD', KEYS[1], now, ARGV[1])
          redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
          redis.call('EXPIRE', KEYS[1], 60)
          return {redis.call('ZCARD', KEYS[1])}
          """);

  private static final Script SIGN_OUT = Script.of("return {redis.call('ZREM', KEYS[1], ARGV[1])}");

  private final ValkeyStore store;
  private final Duration interval;
  private final String self = UUID.randomUUID().toString();
  private final Thread thread;
  private volatile int latest = 1;

  /** Counts nobody before {@link #start}. */
  public ReplicaCount(ValkeyStore store) {
    this(store, INTERVAL);
  }

  ReplicaCount(ValkeyStore store, Duration interval) {
    this.store = store;
    this.interval = interval;
    this.thread = Thread.ofVirtual().name("replica-count").unstarted(this::keepCounting);
  }

  /** Begins to count. Returns at once. */
  public void start() {
    thread.start();
  }

  private void keepCounting() {
    try {
      while (true) {
        signIn();
        Thread.sleep(interval);
      }
    } catch (InterruptedException _) {
      // It is closed.
    }
  }

  private void signIn() throws InterruptedException {
    if (!store.isOpen()) {
      return;
    }
    try {
      List<String> counted = store.run(PATIENCE, SIGN_IN, KEY, self, FORGOTTEN_AFTER_SECONDS);
      latest = Math.max(1, Integer.parseInt(counted.getFirst()));
    } catch (StoreException | NumberFormatException _) {
      // The store counts its failures; the latest number holds.
    }
  }

  /** How many there were when they were counted last; at least 1. */
  public int latest() {
    return latest;
  }

  /** Signs out, if the store is there. */
  @Override
  public void close() {
    thread.interrupt();
    if (store.isOpen()) {
      store.tell(SIGN_OUT, KEY, self);
    }
  }
}
