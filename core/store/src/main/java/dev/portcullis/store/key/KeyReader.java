// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store.key;

import com.google.common.base.Throwables;
import dev.portcullis.store.Dialer;
import dev.portcullis.store.Session;
import dev.portcullis.store.StoreAccess;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys out of a store for people: patiently, and without a second try. Writes nothing. Used
 * by one thread.
 */
public final class KeyReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int PAGE = 500;

  private final Dialer dialer;
  private final Session session;

  private KeyReader(Dialer dialer, Session session) {
    this.dialer = dialer;
    this.session = session;
  }

  /**
   * Connects.
   *
   * @throws IOException when nobody answers, or lets us in
   */
  public static KeyReader open(StoreAccess access) throws IOException {
    Dialer dialer = new Dialer(access, _ -> {});
    try {
      return new KeyReader(dialer, dialer.open());
    } catch (RuntimeException e) {
      dialer.close();
      throw failure(e);
    }
  }

  /**
   * One key.
   *
   * @throws IOException when the store does not say
   */
  public Optional<HeldFields> find(String namespace, String id) throws IOException {
    Map<String, String> fields =
        answer(session.commands().hgetall(KeyRecords.place(namespace, id)));
    return fields.isEmpty() ? Optional.empty() : Optional.of(new HeldFields(namespace, id, fields));
  }

  /**
   * Keys in no order; those that come or go meanwhile may be among them or not.
   *
   * @param namespace null: of all
   * @param most how many; then it ends, with some or other of them
   * @throws IOException when the store does not say
   */
  public List<HeldFields> list(@Nullable String namespace, Predicate<HeldFields> wanted, int most)
      throws IOException {
    KeyScanArgs which = new KeyScanArgs();
    which.match(KeyRecords.place(namespace == null ? "*" : namespace, "*")).limit(PAGE);
    which.type("hash");
    // A scan may come by the same key twice.
    Map<String, HeldFields> found = new LinkedHashMap<>();
    KeyScanCursor<String> page = answer(session.commands().scan(which));
    while (true) {
      for (HeldFields held : read(page.getKeys())) {
        if ((namespace == null || held.namespace().equals(namespace)) && wanted.test(held)) {
          found.putIfAbsent(KeyRecords.name(held.namespace(), held.id()), held);
        }
        if (found.size() == most) {
          return List.copyOf(found.values());
        }
      }
      if (page.isFinished()) {
        return List.copyOf(found.values());
      }
      page = answer(session.commands().scan(page, which));
    }
  }

  private List<HeldFields> read(List<String> places) throws IOException {
    Map<String, RedisFuture<Map<String, String>>> asked = new LinkedHashMap<>();
    places.forEach(place -> asked.put(place, session.commands().hgetall(place)));
    List<HeldFields> read = new ArrayList<>();
    for (var each : asked.entrySet()) {
      Map<String, String> fields = answer(each.getValue());
      String[] words = each.getKey().split(":", 4);
      if (!fields.isEmpty() && words.length == 4) {
        read.add(new HeldFields(words[2], words[3], fields));
      }
    }
    return read;
  }

  private static <T> T answer(RedisFuture<T> question) throws IOException {
    try {
      return question.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + PATIENCE.toSeconds() + " seconds", e);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private static IOException failure(Exception thrown) {
    Throwable root = Throwables.getRootCause(thrown);
    String message = root.getMessage();
    if (message == null) {
      return new IOException(root.getClass().getSimpleName(), thrown);
    }
    // The first word of a server's answer is a code, and what follows may quote the command.
    return new IOException(
        root instanceof RedisCommandExecutionException
            ? "it answers " + message.split(" ", 2)[0]
            : message,
        thrown);
  }

  @Override
  public void close() {
    session.close();
    dialer.close();
  }
}
