// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationKey;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.valkey.Script;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The store holds one state for each key, in a hash; the fields of the hash a second time in the
 * order of their changes, by which replicas ask for what they do not have, and a third time in the
 * order of their ends. What two replicas say of one key at a time is merged by whoever comes second:
 * a state is written only where the one that was read still stands.
 *
 * A store may lose what it was told: started empty, or its replica took over and had not heard all.
 * So nobody relies on it. Every set is whole by itself, and what is in it and not in the store is put
 * there: at once when the store is another one (its epoch) or has gone back (its sequence), and each
 * minute in any case, when all is compared.
 */
/**
 * Keeps revocations in the shared store too, and takes from there what other replicas put there:
 * when a message says so, and each second. So they outlive all replicas, and reach replicas that
 * nobody can tell. Thread-safe.
 */
public final class StoredRevocations implements AutoCloseable {
  static final String CHANNEL = "portcullis:revocations";

  private static final Logger LOG = LoggerFactory.getLogger(StoredRevocations.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration WHOLE = Duration.ofMinutes(1);

  /** Nobody's request waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int PAGE = 100;
  private static final int ATTEMPTS = 8;
  private static final String STATES = "portcullis:{revocations}:states";
  private static final List<String> KEYS =
      List.of(
          STATES,
          "portcullis:{revocations}:changes",
          "portcullis:{revocations}:ends",
          "portcullis:{revocations}:about");

  private static final Script READ =
      Script.of(
          """
          local about = redis.call('HMGET', KEYS[4], 'epoch', 'sequence')
          local answer = {about[1] or '', about[2] or '0', ARGV[1]}
          local found = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf',
            'WITHSCORES', 'LIMIT', 0, ARGV[2])
          for i = 1, #found, 2 do
            local state = redis.call('HGET', KEYS[1], found[i])
            if state then answer[#answer + 1] = state end
            answer[3] = found[i + 1]
          end
          return answer
          """);

  private static final Script WRITE =
      Script.of(
          """
          local now = redis.call('TIME')[1]
          for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 100)) do
            redis.call('HDEL', KEYS[1], gone)
            redis.call('ZREM', KEYS[2], gone)
            redis.call('ZREM', KEYS[3], gone)
          end
          local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
          if held ~= ARGV[2] then return {'other', held} end
          if held == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return {'full'} end
          redis.call('HSETNX', KEYS[4], 'epoch', ARGV[6])
          local number = redis.call('HINCRBY', KEYS[4], 'sequence', 1)
          redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
          redis.call('ZADD', KEYS[2], number, ARGV[1])
          redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
          redis.call('PUBLISH', ARGV[7], number)
          return {'written'}
          """);

  private final ValkeyStore store;
  private final RevocationSet set;
  private final InstantSource clock;
  private final Thread thread;
  private final Semaphore due = new Semaphore(1);
  private final CountDownLatch read = new CountDownLatch(1);
  private String epoch = "";
  private long last;
  private long written;
  private long wholeSince = System.nanoTime();

  /**
   * Shares a set.
   *
   * @param store not started yet
   */
  public StoredRevocations(ValkeyStore store, RevocationSet set, InstantSource clock) {
    this.store = store;
    this.set = set;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("stored-revocations").unstarted(this::run);
    store.listen(CHANNEL, _ -> due.release());
    store.whenOpened(due::release);
  }

  /** Begins to follow the store. */
  public void start() {
    thread.start();
  }

  /**
   * Waits until all that the store holds is known here.
   *
   * @return false when the store did not say in time
   */
  public boolean awaitRead(Duration patience) throws InterruptedException {
    return read.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    boolean failing = false;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        var _ = due.tryAcquire(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        // However many messages came, all is read by one look.
        due.drainPermits();
        if (store.isOpen()) {
          exchange();
          read.countDown();
          failing = false;
        }
      } catch (InterruptedException e) {
        return;
      } catch (StoreException e) {
        if (!failing) {
          LOG.atWarn()
              .addKeyValue(LogKeys.CAUSE, e.getMessage())
              .log("revocations cannot be exchanged with the shared store; trying again");
        }
        failing = true;
      } catch (RuntimeException e) {
        // Else nothing would ever be exchanged again.
        LOG.atError().setCause(e).log("the exchange of revocations with the shared store failed");
      }
    }
  }

  private void exchange() throws StoreException, InterruptedException {
    if (System.nanoTime() - wholeSince > WHOLE.toNanos()) {
      beginAnew();
    }
    take();
    give();
  }

  private void beginAnew() {
    last = 0;
    written = 0;
    wholeSince = System.nanoTime();
  }

  private void take() throws StoreException, InterruptedException {
    boolean more = true;
    while (more) {
      List<String> page =
          store.run(PATIENCE, READ, KEYS, Long.toString(last), Integer.toString(PAGE));
      boolean another = !page.get(0).equals(epoch) || Long.parseLong(page.get(1)) < last;
      if (another) {
        epoch = page.get(0);
        boolean begun = last != 0 || written != 0;
        beginAnew();
        if (begun) {
          continue;
        }
      }
      for (String state : page.subList(3, page.size())) {
        Revocation revocation = parse(state);
        if (revocation != null
            && set.add(revocation, clock.instant()) == RevocationSet.Added.FULL) {
          LOG.error("there is no room for the revocations of the shared store");
        }
      }
      long reached = Long.parseLong(page.get(2));
      more = reached > last;
      last = reached;
    }
  }

  private void give() throws StoreException, InterruptedException {
    RevocationSet.Changes changes;
    do {
      changes = set.after(written, PAGE);
      if (!changes.revocations().isEmpty()) {
        // What was refused is tried again when all is compared.
        var _ = write(changes.revocations());
      }
      written = changes.last();
    } while (changes.more());
  }

  /**
   * Puts what was said here into the store; takes two seconds at most.
   *
   * @return false when the store has not got all of it; it will, when it can be reached and has
   *     room
   */
  boolean save(List<Revocation> revocations) {
    try {
      return write(revocations);
    } catch (StoreException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("a revocation is not in the shared store yet");
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns whether the store says all of it now. */
  private boolean write(List<Revocation> revocations) throws StoreException, InterruptedException {
    String[] fields = revocations.stream().map(each -> field(each.key())).toArray(String[]::new);
    var held = store.ask(commands -> commands.hmget(STATES, fields), PATIENCE);
    boolean all = true;
    for (int i = 0; i < fields.length; i++) {
      all &= write(revocations.get(i), fields[i], held.get(i).getValueOrElse(""));
    }
    return all;
  }

  private boolean write(Revocation revocation, String field, String found)
      throws StoreException, InterruptedException {
    String held = found;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Revocation known = parse(held);
      Revocation merged = known == null ? revocation : known.and(revocation);
      if (merged.equals(known) || !clock.instant().isBefore(merged.expires())) {
        return true;
      }
      List<String> answer =
          store.run(
              PATIENCE,
              WRITE,
              KEYS,
              field,
              held,
              RevocationJson.write(merged),
              Long.toString(merged.expires().getEpochSecond()),
              Integer.toString(set.capacity()),
              UUID.randomUUID().toString(),
              CHANNEL);
      switch (answer.getFirst()) {
        case "written" -> {
          return true;
        }
        case "full" -> {
          LOG.error("there is no room for a revocation in the shared store");
          return false;
        }
        default -> held = answer.get(1);
      }
    }
    LOG.warn("a revocation in the shared store changes faster than it can be written");
    return false;
  }

  private static @Nullable Revocation parse(String state) {
    if (state.isEmpty()) {
      return null;
    }
    try {
      return RevocationJson.readOne(state);
    } catch (MalformedTextException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("the shared store holds a revocation that is none");
      return null;
    }
  }

  /** No two keys have the same: the lengths say where each part ends. */
  private static String field(RevocationKey key) {
    return key.kind()
        + ":"
        + key.namespace().length()
        + ":"
        + key.issuer().length()
        + ":"
        + key.namespace()
        + ":"
        + key.issuer()
        + ":"
        + key.value();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
