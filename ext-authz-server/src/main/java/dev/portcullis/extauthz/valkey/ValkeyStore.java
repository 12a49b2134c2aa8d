// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import com.google.common.base.Throwables;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.stream.Backoff;
import dev.portcullis.store.Dialer;
import dev.portcullis.store.Session;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The circuit breaker is the session: while there is one it is asked, and when there is none the
 * answer is no, at once. A session ends when its connection breaks, when FAILURES commands in a row
 * had no answer in time, or when the server says that it is not the one that may be written to. When
 * this process pauses, all who wait are too late at one moment, which says nothing of the server: the
 * last of the row must have been asked after the first had failed. One
 * thread opens the next one, so that no request ever is the one that tries, and each replica tries at
 * another moment: later and later, with half of the wait left to chance. A session counts as open
 * when the server has answered a PING. One that ends soon after its beginning is a failure as well,
 * or a server that lets in and answers nobody would be called on all the time.
 */
/**
 * The store that decision services share. Whoever asks waits for the answer, for so long as was
 * configured, or is told at once that there is no store now. Thread-safe; never to be asked by an
 * event loop.
 */
public final class ValkeyStore implements ScriptStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ValkeyStore.class);

  /** Unanswered commands in a row that end a session. */
  private static final int FAILURES = 5;

  /** Commands under way; one more is not sent. */
  private static final int AT_A_TIME = 1024;

  /**
   * What was told and not confirmed yet; one more is not told. With questions they are fewer than a
   * connection takes, so that who tells never makes questions fail. A server of a Cluster that
   * hangs may have all of them: what is lost then ends with its lease.
   */
  private static final int TOLD_AT_A_TIME = 2048;

  /** Codes by which a server says that it is not the one to ask; a script's error quotes them. */
  private static final Pattern USELESS =
      Pattern.compile("\\b(READONLY|MASTERDOWN|LOADING|CLUSTERDOWN|NOAUTH)\\b");

  private static final long PROBE_MILLIS = 2_000;
  private static final Duration CLOSING = Duration.ofSeconds(3);
  private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Duration CALM = Duration.ofSeconds(10);

  private final ValkeyConfig config;
  private final Dialer dialer;
  private final Thread thread;
  private final Semaphore permits = new Semaphore(AT_A_TIME);
  private final Semaphore tellings = new Semaphore(TOLD_AT_A_TIME);
  private final AtomicReference<Row> inARow = new AtomicReference<>(Row.NONE);
  private final LongAdder asked = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder untold = new LongAdder();
  private final AtomicLong lost = new AtomicLong();
  private final WriteRefusals refusals;
  private final Map<String, Consumer<String>> listeners = new ConcurrentHashMap<>();
  private final List<Script> learned = new CopyOnWriteArrayList<>();
  private final List<Runnable> opened = new CopyOnWriteArrayList<>();
  private volatile @Nullable Session session;
  private volatile boolean closed;

  /** Why none was reached, as it was told last since the last session; of one thread. */
  private @Nullable String toldCause;

  /**
   * Commands that failed one after the other.
   *
   * @param since when the first did, by {@link System#nanoTime}
   */
  private record Row(long since, int failures) {
    private static final Row NONE = new Row(0, 0);

    private Row withOneMore(long now) {
      return failures == 0 ? new Row(now, 1) : new Row(since, failures + 1);
    }
  }

  /** Opens no connection before {@link #start}. */
  public ValkeyStore(ValkeyConfig config) {
    this(config, CALM);
  }

  /**
   * The same.
   *
   * @param calm for how long no write may have been refused before they are said to be taken again
   */
  ValkeyStore(ValkeyConfig config, Duration calm) {
    this.config = config;
    this.refusals = new WriteRefusals(config.address().toString(), calm);
    this.dialer = new Dialer(config.access(), this::disconnected);
    this.thread = Thread.ofPlatform().daemon().name("valkey").unstarted(this::keepOpen);
  }

  /**
   * Listens to the messages of a channel; before {@link #start}. Messages may get lost.
   *
   * @param listener must not wait
   */
  public void listen(String channel, Consumer<String> listener) {
    listeners.put(channel, listener);
  }

  @Override
  public void whenOpened(Runnable listener) {
    opened.add(listener);
  }

  /**
   * Servers learn these scripts when a session begins, so that none has to be sent a second time,
   * and what runs them is done in the order in which it was told.
   */
  @Override
  public void learn(List<Script> scripts) {
    learned.addAll(scripts);
    Session current = session;
    if (current != null) {
      teach(current, scripts);
    }
  }

  private static void teach(Session session, List<Script> scripts) {
    for (Script script : scripts) {
      // Who may not load scripts, or is not heard, sends them when they are needed.
      var _ = session.commands().scriptLoad(script.text());
    }
  }

  /** Begins to connect. Returns at once. */
  public void start() {
    thread.start();
  }

  private void keepOpen() {
    Backoff backoff = Backoff.standard();
    int failures = 0;
    while (!closed) {
      try {
        long start = System.nanoTime();
        if (openOnce()) {
          failures = System.nanoTime() - start < SHORT_NANOS ? failures + 1 : 1;
        } else {
          failures++;
        }
        Thread.sleep(backoff.after(failures, ThreadLocalRandom.current()));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Returns when the session is over; false when there was none. */
  private boolean openOnce() throws InterruptedException {
    Session next = null;
    try {
      next = dialer.open();
      subscribe(next);
      next.probe(PROBE_MILLIS);
      teach(next, learned);
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      if (next != null) {
        next.close();
      }
      String cause = told(e);
      if (!cause.equals(toldCause)) {
        toldCause = cause;
        LOG.atWarn()
            .addKeyValue(LogKeys.ADDRESS, config.address())
            .addKeyValue(LogKeys.CAUSE, cause)
            .log("the shared store cannot be reached; trying again and again");
      }
      return false;
    }
    toldCause = null;
    inARow.set(Row.NONE);
    refusals.begin();
    session = next;
    LOG.atInfo().addKeyValue(LogKeys.ADDRESS, config.address()).log("the shared store is there");
    try {
      opened.forEach(Runnable::run);
      String cause = next.awaitEnd();
      if (!closed) {
        lost.incrementAndGet();
        LOG.atWarn()
            .addKeyValue(LogKeys.ADDRESS, config.address())
            .addKeyValue(LogKeys.CAUSE, cause)
            .log("the shared store is lost; deciding without it");
      }
    } finally {
      session = null;
      next.close();
    }
    return true;
  }

  private void subscribe(Session next)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (listeners.isEmpty()) {
      return;
    }
    next.messages()
        .addListener(
            new RedisPubSubAdapter<>() {
              @Override
              public void message(String channel, String message) {
                Consumer<String> listener = listeners.get(channel);
                if (listener != null) {
                  listener.accept(message);
                }
              }
            });
    next.messages()
        .async()
        .subscribe(listeners.keySet().toArray(new String[0]))
        .toCompletableFuture()
        .get(PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void disconnected(Object connection) {
    Session current = session;
    if (current != null && current.has(connection)) {
      current.abandon("the connection is closed");
    }
  }

  /**
   * Asks, and waits as long as a request may.
   *
   * @param question what is sent
   * @throws StoreException when there is no answer, or one that is an error
   */
  public <T> T ask(Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> question)
      throws StoreException, InterruptedException {
    return ask(question, config.timeout());
  }

  /** Asks, and waits for another time. */
  public <T> T ask(
      Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> question,
      Duration patience)
      throws StoreException, InterruptedException {
    try {
      return answer(question, patience);
    } catch (RedisNoScriptException e) {
      throw new StoreException("the shared store forgets its scripts", e);
    }
  }

  @Override
  public List<String> run(Script script, List<String> keys, String... arguments)
      throws StoreException, InterruptedException {
    return run(config.timeout(), script, keys, arguments);
  }

  @Override
  public List<String> run(Duration patience, Script script, List<String> keys, String... arguments)
      throws StoreException, InterruptedException {
    String[] names = keys.toArray(new String[0]);
    List<Object> answer;
    try {
      answer =
          answer(
              commands ->
                  commands.evalsha(script.digest(), ScriptOutputType.MULTI, names, arguments),
              patience);
    } catch (RedisNoScriptException unknown) {
      // A server that was started anew, or another one: it learns the script by this.
      answer =
          ask(
              commands -> commands.eval(script.text(), ScriptOutputType.MULTI, names, arguments),
              patience);
    }
    refusals.done();
    List<String> texts = new ArrayList<>(answer.size());
    for (Object each : answer) {
      texts.add(String.valueOf(each));
    }
    return texts;
  }

  @Override
  public CompletionStage<Boolean> tell(Script script, List<String> keys, String... arguments) {
    Session current = session;
    if (current == null || !tellings.tryAcquire()) {
      untold.increment();
      return CompletableFuture.completedStage(false);
    }
    String[] names = keys.toArray(new String[0]);
    asked.increment();
    return sent(
            commands ->
                commands.<List<Object>>evalsha(
                    script.digest(), ScriptOutputType.MULTI, names, arguments),
            current)
        .exceptionallyCompose(failure ->
            Throwables.getRootCause(failure) instanceof RedisNoScriptException
                ? sent(
                    commands ->
                        commands.eval(script.text(), ScriptOutputType.MULTI, names, arguments),
                    current)
                : CompletableFuture.failedFuture(failure))
        .handle((_, failure) -> {
          tellings.release();
          if (failure == null) {
            refusals.done();
            return true;
          }
          untold.increment();
          if (Throwables.getRootCause(failure) instanceof RedisCommandExecutionException error) {
            var _ = refusals.heard(String.valueOf(error.getMessage()));
          }
          return false;
        });
  }

  private static CompletionStage<List<Object>> sent(
      Function<RedisClusterAsyncCommands<String, String>, RedisFuture<List<Object>>> command,
      Session to) {
    try {
      return command.apply(to.commands());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void awaitTold(Duration patience) throws StoreException, InterruptedException {
    // Commands of one connection are done in their order.
    String _ = ask(commands -> commands.ping(), patience);
  }

  private <T> T answer(
      Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> question,
      Duration patience)
      throws StoreException, InterruptedException, RedisNoScriptException {
    Session current = session;
    if (current == null) {
      throw failure("there is no shared store now");
    }
    if (!permits.tryAcquire()) {
      throw failure("the shared store is asked " + AT_A_TIME + " other questions already");
    }
    RedisFuture<T> answer = null;
    long begun = System.nanoTime();
    try {
      asked.increment();
      answer = question.apply(current.commands());
      T got = answer.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
      inARow.set(Row.NONE);
      return got;
    } catch (TimeoutException e) {
      throw unanswered(current, begun, "no answer within " + patience.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw judged(current, begun, e.getCause() == null ? e : e.getCause());
    } catch (RuntimeException e) {
      throw judged(current, begun, e);
    } finally {
      if (answer != null) {
        answer.cancel(true);
      }
      permits.release();
    }
  }

  private StoreException judged(Session asked, long begun, Throwable thrown) {
    if (thrown instanceof RedisNoScriptException unknown) {
      inARow.set(Row.NONE);
      throw unknown;
    }
    if (!(thrown instanceof RedisCommandExecutionException)) {
      return unanswered(asked, begun, told(thrown), thrown);
    }
    inARow.set(Row.NONE);
    String message = String.valueOf(thrown.getMessage());
    Matcher useless = USELESS.matcher(message);
    if (useless.find()) {
      asked.abandon("it answers " + useless.group());
    }
    String refusal = refusals.heard(message);
    // Its first word is a code, and what follows may quote the command.
    String code = refusal == null ? message.split(" ", 2)[0] : refusal;
    return failure("the shared store answers " + code);
  }

  private StoreException unanswered(Session asked, long begun, String cause, Throwable thrown) {
    long now = System.nanoTime();
    Row row = inARow.updateAndGet(before -> before.withOneMore(now));
    if (row.failures() >= FAILURES && begun - row.since() >= 0) {
      asked.abandon(FAILURES + " commands in a row failed: " + cause);
    }
    failed.increment();
    return new StoreException("the shared store: " + cause, thrown);
  }

  private StoreException failure(String message) {
    failed.increment();
    return new StoreException(message);
  }

  /** What went wrong, without what was sent. */
  private static String told(Throwable thrown) {
    Throwable root = Throwables.getRootCause(thrown);
    String message = String.valueOf(root.getMessage());
    return root instanceof RedisCommandExecutionException
        ? message.split(" ", 2)[0]
        : root.getClass().getSimpleName() + ": " + message;
  }

  @Override
  public boolean isOpen() {
    return session != null;
  }

  /** Whether it takes writes, as far as is known; one without room answers and takes none. */
  public boolean takesWrites() {
    return refusals.none();
  }

  @Override
  public long lost() {
    return lost.get();
  }

  /** Commands that were sent. */
  public long asked() {
    return asked.sum();
  }

  /** Questions that got no answer that could be used, those that were not sent included. */
  public long failed() {
    return failed.sum();
  }

  /** What was told, and perhaps not heard. */
  public long untold() {
    return untold.sum();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      // It closes the session.
      thread.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    dialer.close();
  }
}
