// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.engine.port.StoredKeys;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.store.key.KeyRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keys in the shared store, a hash each under {@code portcullis:key:NAMESPACE:ID}. An answer is
 * remembered for a second, counted from the question, so a key that is deleted or changed is so
 * within a second, and at once where a message says which. That there is no such key is remembered
 * apart: whoever sends random ids makes as many of them as he likes, and none must cost a key its
 * place. Of those who ask about one key at a time one asks for all. Thread-safe.
 */
public final class ValkeyKeys implements StoredKeys {
  private static final long MEMORY = TimeUnit.SECONDS.toNanos(1);
  private static final long MAX_KEYS = 100_000;
  private static final long MAX_ABSENT = 16_384;

  /** What those who wait for another's question grant beyond its time-out. */
  private static final Duration GRACE = Duration.ofMillis(100);

  private final Lookup lookup;
  private final Duration patience;
  private final ApiKeyUse use;
  private final Ticker ticker;
  private final Cache<String, Known> keys = memory(MAX_KEYS);
  private final Cache<String, Known> absent = memory(MAX_ABSENT);
  private final ConcurrentMap<String, CompletableFuture<Answer>> underWay =
      new ConcurrentHashMap<>();
  private final LongAdder malformed = new LongAdder();

  private record Known(Answer answer, long until) {}

  /** Gets the fields of a hash; none when there is none. */
  @FunctionalInterface
  interface Lookup {
    Map<String, String> fields(String key) throws StoreException, InterruptedException;
  }

  /**
   * Looks keys up.
   *
   * @param store not started yet
   * @param timeout of its answers
   * @param use where it is noted when keys are used
   */
  public ValkeyKeys(ValkeyStore store, Duration timeout, ApiKeyUse use) {
    this(store, timeout, use, Ticker.systemTicker());
  }

  ValkeyKeys(ValkeyStore store, Duration timeout, ApiKeyUse use, Ticker ticker) {
    this(key -> store.ask(commands -> commands.hgetall(key)), timeout, use, ticker);
    store.listen(KeyRecords.CHANNEL, this::forget);
  }

  ValkeyKeys(Lookup lookup, Duration timeout, ApiKeyUse use, Ticker ticker) {
    this.lookup = lookup;
    this.use = use;
    this.patience = timeout.plus(GRACE);
    this.ticker = ticker;
  }

  private static Cache<String, Known> memory(long most) {
    return Caffeine.newBuilder().maximumSize(most).executor(Runnable::run).build();
  }

  private void forget(String name) {
    keys.invalidate(name);
    absent.invalidate(name);
  }

  @Override
  public @Nullable Answer recall(String namespace, String id) {
    String name = KeyRecords.name(namespace, id);
    Answer known = recall(keys, name);
    return known == null ? recall(absent, name) : known;
  }

  private @Nullable Answer recall(Cache<String, Known> memory, String name) {
    Known known = memory.getIfPresent(name);
    if (known == null) {
      return null;
    }
    if (ticker.read() - known.until < 0) {
      return known.answer;
    }
    memory.asMap().remove(name, known);
    return null;
  }

  @Override
  public Answer fetch(String namespace, String id) {
    String name = KeyRecords.name(namespace, id);
    CompletableFuture<Answer> mine = new CompletableFuture<>();
    CompletableFuture<Answer> others = underWay.putIfAbsent(name, mine);
    if (others != null) {
      return await(others);
    }
    Answer answer = new Answer.Unavailable("the shared store was not asked");
    try {
      long asked = ticker.read();
      answer = ask(namespace, id);
      remember(name, answer, asked + MEMORY);
    } finally {
      underWay.remove(name, mine);
      mine.complete(answer);
    }
    return answer;
  }

  private Answer ask(String namespace, String id) {
    try {
      Map<String, String> fields = lookup.fields(KeyRecords.place(namespace, id));
      return fields.isEmpty()
          ? Answer.Absent.ABSENT
          : new Answer.Found(KeyRecords.read(namespace, id, fields));
    } catch (StoreException e) {
      return new Answer.Unavailable(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      malformed.increment();
      return new Answer.Unavailable(
          "key "
              + KeyRecords.name(namespace, id)
              + " of the shared store is none: "
              + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unavailable("interrupted");
    }
  }

  private void remember(String name, Answer answer, long until) {
    switch (answer) {
      case Answer.Found _ -> {
        absent.invalidate(name);
        keys.put(name, new Known(answer, until));
      }
      case Answer.Absent _ -> {
        keys.invalidate(name);
        absent.put(name, new Known(answer, until));
      }
      case Answer.Unavailable _ -> {
        // Whoever asks next may be luckier.
      }
    }
  }

  private Answer await(CompletableFuture<Answer> others) {
    try {
      return others.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unavailable("interrupted");
    } catch (TimeoutException e) {
      return new Answer.Unavailable("whoever asks about the key has no answer yet");
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes it so", e);
    }
  }

  @Override
  public void used(ApiKeyRecord key, Instant at) {
    use.note(key, at);
  }

  /** Keys that are remembered, about. */
  public long size() {
    return keys.estimatedSize();
  }

  /** Answers that were no keys. */
  public long malformed() {
    return malformed.sum();
  }
}
