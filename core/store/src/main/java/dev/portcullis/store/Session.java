// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection for commands and one for messages, from when both are open until one of them is
 * found to be broken. What was sent and not answered dies with it. Thread-safe.
 */
public final class Session {
  private final StatefulConnection<String, String> connection;
  private final RedisClusterAsyncCommands<String, String> commands;
  private final StatefulRedisPubSubConnection<String, String> messages;
  private final CountDownLatch broken = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> cause = new AtomicReference<>();

  Session(
      StatefulConnection<String, String> connection,
      RedisClusterAsyncCommands<String, String> commands,
      StatefulRedisPubSubConnection<String, String> messages) {
    this.connection = connection;
    this.commands = commands;
    this.messages = messages;
  }

  /** For commands. */
  public RedisClusterAsyncCommands<String, String> commands() {
    return commands;
  }

  /** For messages. */
  public StatefulRedisPubSubConnection<String, String> messages() {
    return messages;
  }

  /** Whether it is over one of its connections that something happened. */
  public boolean has(Object other) {
    return other.equals(connection) || other.equals(messages);
  }

  /** Says that it is of no use any more; only the first cause counts. */
  public void abandon(String why) {
    if (cause.compareAndSet(null, why)) {
      broken.countDown();
    }
  }

  /** Waits until somebody abandons it; says why. */
  public String awaitEnd() throws InterruptedException {
    broken.await();
    String why = cause.get();
    return why == null ? "" : why;
  }

  /** Whether the server answers in time. */
  public void probe(long millis) throws InterruptedException, ExecutionException, TimeoutException {
    RedisFuture<String> answer = commands.ping();
    answer.toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
  }

  /** Closes both; once. Waits for a second at most. */
  public void close() {
    abandon("closed");
    var _ =
        CompletableFuture.allOf(connection.closeAsync(), messages.closeAsync())
            .completeOnTimeout(null, 1, TimeUnit.SECONDS)
            .handle((_, _) -> null)
            .join();
  }
}
