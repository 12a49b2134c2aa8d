// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.extauthz.valkey.Script;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/*
 * Whoever signs in first after an outage is alone in the store, also where nobody has left. So the
 * number is the highest of the latest rounds, those without an answer included: it falls when all
 * had the time to sign in again.
 */
/**
 * How many replicas share the store: each signs in every few seconds, by the server's clock, and is
 * forgotten when it does not. While the store cannot be asked the latest number holds. One thread.
 */
public final class ReplicaCount implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final String FORGOTTEN_AFTER_SECONDS = "10";

  /** Rounds that take longer than it takes to be forgotten. */
  private static final int ROUNDS = 6;

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
  private final int[] recent = new int[ROUNDS];
  private int next;
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
    int counted = latest;
    if (store.isOpen()) {
      try {
        counted =
            Integer.parseInt(
                store.run(PATIENCE, SIGN_IN, KEY, self, FORGOTTEN_AFTER_SECONDS).getFirst());
      } catch (StoreException | NumberFormatException _) {
        // The store counts its failures; the latest number holds.
      }
    }
    recent[next++ % recent.length] = counted;
    latest = Math.max(1, Arrays.stream(recent).max().orElse(1));
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
