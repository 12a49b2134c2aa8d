// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.log.LogLines;
import dev.portcullis.extauthz.stream.TestCa;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.store.ValkeyAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The connection to real servers. */
@Timeout(120)
final class ValkeyStoreIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Script GET = Script.of("return {redis.call('GET', KEYS[1])}");
  private static final Script ADD =
      Script.of("return {redis.call('INCRBY', KEYS[1], ARGV[1]), 'text'}");

  private static final String WRONG_PASSWORD =
      "WARN the shared store cannot be reached; trying again and again: WRONGPASS";

  @TempDir Path directory;

  private final Deque<AutoCloseable> closing = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : closing) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T closeLater(T part) {
    closing.push(part);
    return part;
  }

  private RedisServer redis(String... settings) {
    return closeLater(RedisServer.start(settings));
  }

  private ValkeyStore store(String url) {
    return store(url, null, null, null);
  }

  private ValkeyStore store(
      String url, @Nullable String user, @Nullable Path password, @Nullable Path authorities) {
    ValkeyStore store = closeLater(unstarted(url, user, password, authorities));
    store.start();
    return store;
  }

  private static ValkeyStore unstarted(
      String url, @Nullable String user, @Nullable Path password, @Nullable Path authorities) {
    return new ValkeyStore(config(url, user, password, authorities, TIMEOUT));
  }

  private static ValkeyConfig config(
      String url,
      @Nullable String user,
      @Nullable Path password,
      @Nullable Path authorities,
      Duration timeout) {
    return new ValkeyConfig(
        ValkeyAddress.parse(url), user, password, authorities, false, false, timeout);
  }

  private ValkeyStore calmAfter(Duration calm, String url) {
    ValkeyStore store = closeLater(new ValkeyStore(config(url, null, null, null, TIMEOUT), calm));
    store.start();
    awaitOpen(store);
    return store;
  }

  private LogLines log() {
    return closeLater(LogLines.beside(ValkeyStore.class));
  }

  private static void awaitOpen(ValkeyStore store) {
    await().atMost(PATIENCE).until(store::isOpen);
  }

  private static List<String> add(ValkeyStore store, int amount) throws Exception {
    return store.run(ADD, List.of("portcullis:test"), Integer.toString(amount));
  }

  @Test
  void runsScriptsAlsoOnAServerThatForgotThem() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = store(redis.url());
    awaitOpen(store);

    assertThat(add(store, 2)).containsExactly("2", "text");
    redis.ask("SCRIPT FLUSH");
    assertThat(add(store, 3)).containsExactly("5", "text");
    assertThat(store.failed()).isZero();
  }

  @Test
  void keepsDatabasesApart() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = store(redis.url() + "/4");
    awaitOpen(store);

    add(store, 2);

    assertThat(redis.ask("EXISTS portcullis:test")).isEqualTo(":0");
  }

  @Test
  void logsInAsAUserWhoMayOnlyTouchOurKeys() throws Exception {
    RedisServer redis =
        redis(
            "user default off",
            "user portcullis on >first-secret ~portcullis:* resetchannels &portcullis:* +@all"
                + " -@admin -@dangerous");
    Path password = Files.writeString(directory.resolve("password"), "wrong\n");
    LogLines log = log();
    ValkeyStore store = store(redis.url(), "portcullis", password, null);
    await().atMost(PATIENCE).until(() -> !log.all().isEmpty());
    await().during(Duration.ofMillis(800)).atMost(PATIENCE).until(() -> !store.isOpen());
    assertThat(log.all()).as("of several attempts").containsExactly(WRONG_PASSWORD);

    // The file is read for each attempt.
    Files.writeString(password, "first-secret\n");

    awaitOpen(store);
    assertThat(add(store, 1)).containsExactly("1", "text");
    assertThatThrownBy(() -> store.run(ADD, List.of("other:key"), "1"))
        .isInstanceOf(StoreException.class)
        .hasMessageNotContaining("other:key");
    assertThat(store.isOpen()).isTrue();
  }

  /** Somebody else has to mend each of them. */
  @Test
  void eachCauseIsToldOnceAlsoAfterASession() throws Exception {
    RedisServer redis =
        redis("user default off", "user portcullis on >first-secret ~* resetchannels +@all");
    Path password = Files.writeString(directory.resolve("password"), "first-secret\n");
    LogLines log = log();
    ValkeyStore store = store(redis.url(), "portcullis", password, null);
    awaitOpen(store);

    redis.kill();
    await()
        .atMost(PATIENCE)
        .until(() -> log.all().stream().anyMatch(line -> line.contains("refused")));
    Files.writeString(password, "wrong\n");
    redis.restart();
    await().atMost(PATIENCE).until(() -> log.all().contains(WRONG_PASSWORD));
    Files.writeString(password, "first-secret\n");
    awaitOpen(store);
    Files.writeString(password, "wrong\n");
    redis.kill();
    redis.restart();

    // The second session was lost, too.
    await().atMost(PATIENCE).until(() -> Collections.frequency(log.all(), WRONG_PASSWORD) == 2);
    assertThat(log.all())
        .filteredOn(line -> line.startsWith("INFO"))
        .containsExactly("INFO the shared store is there", "INFO the shared store is there");
  }

  @Test
  void speaksTlsWithWhomItsAuthorityVouchesForOnly() throws Exception {
    TestCa authority = new TestCa();
    Path ca = authority.writeAuthority(directory.resolve("ca.crt"));
    Path strange = new TestCa().writeAuthority(directory.resolve("strange.crt"));
    TlsRelay relay =
        closeLater(
            new TlsRelay(
                authority.writeCertificate(directory.resolve("tls.crt")),
                authority.writeKey(directory.resolve("tls.key")),
                redis().port()));

    ValkeyStore trusting = store("valkeys://127.0.0.1:" + relay.port(), null, null, ca);
    awaitOpen(trusting);
    assertThat(add(trusting, 1)).containsExactly("1", "text");

    ValkeyStore doubting = store("valkeys://127.0.0.1:" + relay.port(), null, null, strange);
    // Its certificate is for the address and not for this name.
    ValkeyStore elsewhere = store("valkeys://localhost:" + relay.port(), null, null, ca);
    await()
        .during(Duration.ofSeconds(1))
        .atMost(PATIENCE)
        .until(() -> !doubting.isOpen() && !elsewhere.isOpen());
  }

  @Test
  void anOutageIsKnownAtOnceAndEndsByItself() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = store(redis.url());
    awaitOpen(store);
    add(store, 7);

    redis.kill();
    await().atMost(PATIENCE).until(() -> !store.isOpen());
    long asked = store.asked();
    for (int i = 0; i < 1000; i++) {
      assertThatThrownBy(() -> add(store, 1)).isInstanceOf(StoreException.class);
    }
    // Nothing was sent, so nothing was waited for, and nothing is sent later.
    assertThat(store.asked()).isEqualTo(asked);
    assertThat(store.lost()).isEqualTo(1);
    redis.restart();

    awaitOpen(store);
    assertThat(add(store, 1)).containsExactly("1", "text");
  }

  @Test
  void aServerThatHangsIsGivenUpAfterAFewCommands() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = store(redis.url());
    awaitOpen(store);
    redis.process().freeze();

    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> add(store, 1)).isInstanceOf(StoreException.class);
    }
    await().atMost(PATIENCE).until(() -> !store.isOpen());
    redis.process().thaw();

    awaitOpen(store);
    // What had been sent before was done or not, but it is not sent again.
    int before = Integer.parseInt(add(store, 0).getFirst());
    assertThat(before).isLessThanOrEqualTo(5);
    assertThat(add(store, 1)).containsExactly(Integer.toString(before + 1), "text");
  }

  /**
   * All who wait are too late at once when this process pauses, or the server does for a moment.
   */
  @Test
  void aMomentIsNoOutageHoweverManyWait() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = store(redis.url());
    awaitOpen(store);
    redis.process().freeze();

    List<Callable<Boolean>> waiting =
        Collections.nCopies(
            20,
            () -> {
              assertThatThrownBy(
                      () -> store.ask(commands -> commands.ping(), PATIENCE.dividedBy(5)))
                  .isInstanceOf(StoreException.class);
              return store.isOpen();
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> each : threads.invokeAll(waiting)) {
        assertThat(each.get()).isTrue();
      }
    }
    redis.process().thaw();

    String answer = store.ask(commands -> commands.ping(), PATIENCE);
    assertThat(answer).isEqualTo("PONG");
    assertThat(store.lost()).isZero();
  }

  @Test
  void aServerThatMayNotBeWrittenToIsLeft() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = store(redis.url());
    awaitOpen(store);
    redis.ask("REPLICAOF 127.0.0.1 " + FreePorts.next());

    await()
        .atMost(PATIENCE)
        .until(() -> {
          try {
            add(store, 1);
          } catch (StoreException refused) {
            // Counted below.
          }
          return store.lost() > 0;
        });
    redis.ask("REPLICAOF NO ONE");

    await().atMost(PATIENCE).ignoreExceptions().until(() -> !add(store, 1).isEmpty());
  }

  /** It answers, and so it stays; what it says of writes is told once. */
  @Test
  void aServerWithoutRoomIsToldUntilItHasSome() throws Exception {
    RedisServer redis = redis("maxmemory-policy noeviction");
    LogLines log = log();
    ValkeyStore store = calmAfter(Duration.ofMillis(300), redis.url());
    add(store, 1);
    assertThat(store.takesWrites()).isTrue();

    redis.ask("CONFIG SET maxmemory 1");
    for (int i = 0; i < 8; i++) {
      assertThatThrownBy(() -> add(store, 1))
          .isInstanceOf(StoreException.class)
          .hasMessage("the shared store answers OOM");
      assertThat(store.takesWrites()).isFalse();
    }
    redis.ask("CONFIG SET maxmemory 0");

    await()
        .atMost(PATIENCE)
        .until(() -> {
          add(store, 1);
          return store.takesWrites();
        });
    assertThat(store.lost()).isZero();
    assertThat(log.all())
        .containsExactly(
            "INFO the shared store is there",
            "WARN the shared store takes no writes: OOM",
            "INFO the shared store takes writes again");
  }

  @Test
  void readsSayNothingOfRoom() throws Exception {
    RedisServer redis = redis();
    LogLines log = log();
    ValkeyStore store = calmAfter(Duration.ofHours(1), redis.url());
    add(store, 7);
    redis.ask("CONFIG SET maxmemory 1");

    // Also who waits for no answer hears it.
    assertThat(
            store
                .tell(ADD, List.of("portcullis:test"), "1")
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isFalse();
    assertThat(store.takesWrites()).isFalse();
    assertThat(store.run(GET, List.of("portcullis:test"))).containsExactly("7");
    assertThat(store.takesWrites()).isFalse();
    redis.ask("CONFIG SET maxmemory 0");
    add(store, 1);

    assertThat(store.takesWrites()).as("not for long enough").isFalse();
    assertThat(log.all())
        .containsExactly(
            "INFO the shared store is there", "WARN the shared store takes no writes: OOM");
  }

  @Test
  void aServerThatCannotSaveTakesNoWrites() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = calmAfter(Duration.ZERO, redis.url());
    Path gone = Files.createDirectory(directory.resolve("gone"));
    assertThat(redis.ask("CONFIG SET dir " + gone)).isEqualTo("+OK");
    Files.delete(gone);
    redis.ask("CONFIG SET save \"3600 1\"");
    redis.ask("BGSAVE");

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThatThrownBy(() -> add(store, 1)).hasMessage("the shared store answers MISCONF"));
    assertThat(store.takesWrites()).isFalse();
    redis.ask("CONFIG SET save \"\"");
    add(store, 1);
    assertThat(store.takesWrites()).isTrue();
  }

  @Test
  void aServerWithoutItsReplicasTakesNoWrites() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = calmAfter(Duration.ZERO, redis.url());
    redis.ask("CONFIG SET min-replicas-to-write 1");

    assertThatThrownBy(() -> store.ask(commands -> commands.set("portcullis:test", "1")))
        .hasMessage("the shared store answers NOREPLICAS");
    assertThat(store.takesWrites()).isFalse();
  }

  /** A session begins each time, for a PING may take longer than a question. */
  @Test
  void aServerThatIsAlwaysTooLateIsCalledOnMoreAndMoreSeldom() throws Exception {
    BreakingRelay relay = closeLater(new BreakingRelay(redis().port()));
    relay.delay(Duration.ofMillis(30));
    ValkeyStore store =
        closeLater(
            new ValkeyStore(
                config(
                    "valkey://127.0.0.1:" + relay.port(),
                    null,
                    null,
                    null,
                    Duration.ofMillis(20))));
    store.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (System.nanoTime() < end) {
      try {
        add(store, 1);
      } catch (StoreException refused) {
        LockSupport.parkNanos(1_000_000);
      }
    }

    // 50, 100, 200 ms and so on lie between two at least, so 5.65 s before the eighth.
    assertThat(store.lost()).isBetween(2L, 8L);
    relay.delay(Duration.ZERO);
    await().atMost(PATIENCE).ignoreExceptions().until(() -> !add(store, 1).isEmpty());
  }

  @Test
  void messagesArriveAlsoAfterAnOutage() throws Exception {
    RedisServer redis = redis();
    ValkeyStore store = closeLater(unstarted(redis.url(), null, null, null));
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    store.listen("portcullis:test", heard::add);
    store.start();
    awaitOpen(store);

    redis.ask("PUBLISH portcullis:test one");
    assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("one");
    redis.kill();
    await().atMost(PATIENCE).until(() -> !store.isOpen());
    redis.restart();
    awaitOpen(store);

    redis.ask("PUBLISH portcullis:test two");
    assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("two");
  }

  @Test
  void sentinelsSayWhereTheServerIs() throws Exception {
    RedisServer first = redis();
    RedisServer second = redis();
    RedisServer watching = closeLater(RedisServer.sentinel("main", first.port()));
    ValkeyStore store = store("valkey+sentinel://127.0.0.1:" + watching.port() + "/main");
    awaitOpen(store);
    add(store, 5);
    assertThat(first.ask("EXISTS portcullis:test")).isEqualTo(":1");
    assertThat(second.ask("EXISTS portcullis:test")).isEqualTo(":0");

    watching.ask("SENTINEL REMOVE main");
    watching.ask("SENTINEL MONITOR main 127.0.0.1 " + second.port() + " 1");
    first.kill();

    await().atMost(PATIENCE).ignoreExceptions().until(() -> !add(store, 1).isEmpty());
    assertThat(second.ask("EXISTS portcullis:test")).isEqualTo(":1");
  }

  @Test
  void aClusterIsAskedWhereTheKeyIs() throws Exception {
    List<RedisServer> nodes = closeLater(new TestStores(directory)).cluster();
    RedisServer first = nodes.getFirst();
    RedisServer second = nodes.getLast();
    ValkeyStore store = store("valkey+cluster://127.0.0.1:" + first.port());

    await().atMost(PATIENCE).ignoreExceptions().until(() -> !add(store, 0).isEmpty());
    for (int i = 0; i < 64; i++) {
      String key = "portcullis:{" + i + "}";
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> store.run(ADD, List.of(key), "1").size() == 2);
    }
    int here = Integer.parseInt(first.ask("DBSIZE").substring(1));
    int there = Integer.parseInt(second.ask("DBSIZE").substring(1));
    assertThat(here).isPositive();
    assertThat(there).isPositive();
    assertThat(here + there).isGreaterThanOrEqualTo(64);
  }
}
