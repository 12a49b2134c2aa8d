// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.store.ValkeyAddress;
import dev.portcullis.store.key.KeyRecords;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real store says of a key after it was used. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // the store starts before each test
final class StoredKeyUseIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Instant HOUR = Instant.parse("2026-03-01T10:00:00Z");

  private final ApiKeyUse use = new ApiKeyUse(KeyRecords::placeOf);
  private RedisServer redis;
  private ValkeyStore store;
  private StoredKeyUse written;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    store = new ValkeyStore(config(redis.url()));
    written = new StoredKeyUse(store, use, 2, Duration.ofMillis(20), InstantSource.fixed(HOUR));
    store.start();
    await().atMost(PATIENCE).until(store::isOpen);
  }

  private static ValkeyConfig config(String url) {
    return new ValkeyConfig(
        ValkeyAddress.parse(url), null, null, null, false, true, Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() {
    written.close();
    store.close();
    redis.close();
  }

  private void issue(String id, String more) throws IOException {
    assertThat(
            redis.ask(
                "HSET portcullis:key:shop:" + id + " client acme sha256 " + "0a".repeat(32) + more))
        .startsWith(":");
  }

  private void note(String id, Instant at) {
    use.note(
        new ApiKeyRecord(
            "shop",
            "acme",
            id,
            "hash of " + id,
            "acme",
            null,
            List.of(),
            null,
            null,
            false,
            new TreeMap<>()),
        at);
  }

  private boolean says(String id, String lastUsed) throws IOException {
    // An inline answer has but one line, so the text is compared where it is.
    return redis
        .ask(
            "EVAL \"return redis.call('HGET',KEYS[1],'lastUsed')==ARGV[1]\" 1 portcullis:key:shop:"
                + id
                + " "
                + lastUsed)
        .equals(":1");
  }

  private void awaitSaid(String id, String lastUsed) {
    await().atMost(PATIENCE).until(() -> says(id, lastUsed));
  }

  @Test
  void saysInWhichHourAKeyWasUsedAndLetsItEndWhenItWould() throws Exception {
    issue("K1", "");
    issue("K2", "");
    issue("K3", "");
    redis.ask("EXPIRE portcullis:key:shop:K1 90000");
    for (String id : List.of("K1", "K2", "K3")) {
      note(id, HOUR.plusSeconds(59));
    }

    written.start();

    awaitSaid("K1", "2026-03-01T10:00:00Z");
    awaitSaid("K2", "2026-03-01T10:00:00Z");
    awaitSaid("K3", "2026-03-01T10:00:00Z");
    assertThat(redis.ask("TTL portcullis:key:shop:K1")).matches(":(90000|8[0-9]{4})");

    note("K1", HOUR.plus(Duration.ofHours(1)));
    awaitSaid("K1", "2026-03-01T11:00:00Z");
    assertThat(use.untold(HOUR)).isEmpty();
    assertThat(written.failures()).isZero();
  }

  @Test
  void aKeyThatIsGoneStaysGone() throws Exception {
    redis.ask("SET portcullis:key:shop:K2 text");
    issue("K9", "");
    note("K1", HOUR);
    note("K2", HOUR);
    note("K9", HOUR);

    written.start();

    // It is the last of them, and in another batch.
    awaitSaid("K9", "2026-03-01T10:00:00Z");
    assertThat(redis.ask("EXISTS portcullis:key:shop:K1")).isEqualTo(":0");
    assertThat(redis.ask("TYPE portcullis:key:shop:K2")).isEqualTo("+string");
    assertThat(written.failures()).isZero();
  }

  @Test
  void noClockThatIsWrongMovesTheTimeBackOrIntoTheFuture() throws Exception {
    issue("K1", " lastUsed 2026-03-01T12:00:00Z");
    issue("K2", "");
    issue("K9", "");
    note("K1", HOUR);
    note("K2", Instant.now().plus(2, ChronoUnit.DAYS));
    note("K9", HOUR);

    written.start();

    awaitSaid("K9", "2026-03-01T10:00:00Z");
    assertThat(says("K1", "2026-03-01T12:00:00Z")).isTrue();
    assertThat(redis.ask("HEXISTS portcullis:key:shop:K2 lastUsed")).isEqualTo(":0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "\"\"", "9"})
  void whatIsNoTimeIsReplaced(String held) throws Exception {
    issue("K1", " lastUsed " + held);
    note("K1", HOUR);

    written.start();

    awaitSaid("K1", "2026-03-01T10:00:00Z");
  }

  @Test
  void inAClusterEachKeyIsWrittenByItself() throws Exception {
    try (RedisServer alone =
            RedisServer.start(
                "cluster-enabled yes",
                "cluster-config-file nodes.conf",
                "cluster-require-full-coverage no");
        ValkeyStore cluster =
            new ValkeyStore(config("valkey+cluster://127.0.0.1:" + alone.port()));
        StoredKeyUse each = new StoredKeyUse(cluster, use, true, InstantSource.fixed(HOUR))) {
      for (String id : List.of("K1", "K2", "K3")) {
        String key = "portcullis:key:shop:" + id;
        String slot = alone.ask("CLUSTER KEYSLOT " + key).substring(1);
        assertThat(alone.ask("CLUSTER ADDSLOTS " + slot)).isEqualTo("+OK");
        await()
            .atMost(PATIENCE)
            .until(() -> alone.ask("HSET " + key + " client acme"), ":1"::equals);
        note(id, HOUR);
      }
      cluster.start();
      each.start();

      await()
          .atMost(PATIENCE)
          .until(() -> alone.ask("HEXISTS portcullis:key:shop:K3 lastUsed"), ":1"::equals);
      assertThat(alone.ask("HEXISTS portcullis:key:shop:K1 lastUsed")).isEqualTo(":1");
      assertThat(each.failures()).isZero();
    }
  }

  @Test
  void whatTheStoreRefusesIsWrittenWhenItDoesNot() throws Exception {
    issue("K1", "");
    redis.ask("ACL SETUSER default -evalsha -eval");
    note("K1", HOUR);

    written.start();

    await().atMost(PATIENCE).until(() -> written.failures() > 1);
    assertThat(store.isOpen()).isTrue();
    redis.ask("ACL SETUSER default +evalsha +eval");
    awaitSaid("K1", "2026-03-01T10:00:00Z");
  }

  @Test
  void whatWasNotedWhileTheStoreWasAwayWaits() {
    redis.kill();
    await().atMost(PATIENCE).until(() -> !store.isOpen());
    written.start();
    note("K1", HOUR);
    assertThat(use.untold(HOUR)).hasSize(1);

    redis.restart();

    await().atMost(PATIENCE).until(() -> use.untold(HOUR).isEmpty());
    assertThat(written.failures()).isZero();
  }
}
