// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.port.StoredKeys.Answer;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.store.key.KeyRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class ValkeyKeysTest {
  private static final String HASH = "0a".repeat(32);

  private final Map<String, Map<String, String>> store = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong now = new AtomicLong(7);
  private final ApiKeyUse use = new ApiKeyUse(KeyRecords::placeOf);
  private final ValkeyKeys keys =
      new ValkeyKeys(
          key -> {
            asked.incrementAndGet();
            return store.getOrDefault(key, Map.of());
          },
          Duration.ofSeconds(30),
          use,
          now::get);

  private void put(String id, String... fields) {
    Map<String, String> all = new HashMap<>(Map.of("sha256", HASH, "client", "acme"));
    for (int i = 0; i < fields.length; i += 2) {
      all.put(fields[i], fields[i + 1]);
    }
    store.put("portcullis:key:shop:" + id, all);
  }

  private Map<String, String> fields(String id) {
    return store.getOrDefault("portcullis:key:shop:" + id, Map.of());
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void readsEveryField() {
    put(
        "K1",
        "name",
        "acme-1",
        "plan",
        "gold",
        "scopes",
        "orders.read orders.write",
        "notBefore",
        "2026-01-01T00:00:00Z",
        "expires",
        "2027-01-01T00:00:00Z",
        "revoked",
        "true",
        "label:api",
        "orders",
        "label:tier",
        "");

    ApiKeyRecord key = ((Answer.Found) keys.fetch("shop", "K1")).key();

    assertThat(key)
        .isEqualTo(
            new ApiKeyRecord(
                "shop",
                "acme-1",
                "K1",
                HASH,
                "acme",
                "gold",
                List.of("orders.read", "orders.write"),
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2027-01-01T00:00:00Z"),
                true,
                new TreeMap<>(Map.of("api", "orders", "tier", ""))));
  }

  @Test
  void whenItWasUsedDecidesNothing() {
    put("K1", "lastUsed", "2026-03-01T10:00:00Z");
    put("K2", "lastUsed", "yesterday");

    ApiKeyRecord one = ((Answer.Found) keys.fetch("shop", "K1")).key();
    ApiKeyRecord two = ((Answer.Found) keys.fetch("shop", "K2")).key();

    assertThat(one.labels()).isEmpty();
    assertThat(two.labels()).isEmpty();
    assertThat(KeyRecords.lastUsed(fields("K1"))).isEqualTo(Instant.parse("2026-03-01T10:00:00Z"));
    assertThat(KeyRecords.lastUsed(fields("K2"))).isNull();
    assertThat(KeyRecords.lastUsed(Map.of())).isNull();
  }

  @Test
  void aKeyThatIsFullHasRoomForWhenItWasUsed() {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < 62; i++) {
      labels.addAll(List.of("label:l" + i, ""));
    }
    put("K1", labels.toArray(String[]::new));
    labels.addAll(List.of("lastUsed", "2026-03-01T10:00:00Z"));
    put("K2", labels.toArray(String[]::new));
    labels.addAll(List.of("label:more", ""));
    put("K3", labels.toArray(String[]::new));

    assertThat(keys.fetch("shop", "K1")).isInstanceOf(Answer.Found.class);
    assertThat(keys.fetch("shop", "K2")).isInstanceOf(Answer.Found.class);
    assertThat(keys.fetch("shop", "K3")).isInstanceOf(Answer.Unavailable.class);
  }

  @Test
  void notesOnceAnHourThatAKeyWasUsedAndNotMoreKeysThanItCanHold() {
    put("K1");
    ApiKeyRecord key = ((Answer.Found) keys.fetch("shop", "K1")).key();
    Instant hour = Instant.parse("2026-03-01T10:00:00Z");

    keys.used(key, hour.plusSeconds(5));
    keys.used(key, hour.plusSeconds(6));

    assertThat(use.untold(hour)).isEqualTo(Map.of("portcullis:key:shop:K1", hour));
    for (int i = 0; i < 100_002; i++) {
      keys.used(
          new ApiKeyRecord(
              "shop",
              "acme",
              "id" + i,
              "hash" + i,
              "acme",
              null,
              List.of(),
              null,
              null,
              false,
              new TreeMap<>()),
          hour);
    }
    assertThat(use.unnoted()).isEqualTo(3);
  }

  @Test
  void whatIsLeftOutIsAsInAnApiKey() {
    put("K1");

    ApiKeyRecord key = ((Answer.Found) keys.fetch("shop", "K1")).key();

    assertThat(key.name()).isEqualTo("K1");
    assertThat(key.plan()).isNull();
    assertThat(key.scopes()).isEmpty();
    assertThat(key.expires()).isNull();
    assertThat(key.revoked()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "sha256, abc",
    "sha256, 0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
    "client, ''",
    "expires, tomorrow",
    "expires, ''",
    "notBefore, 1767225600",
    "revoked, yes",
    "expire, 2027-01-01T00:00:00Z",
    "label:, x"
  })
  void whatIsNoKeyIsNotTakenForOne(String field, String value) {
    put("K1", field, value);

    assertThat(keys.fetch("shop", "K1")).isInstanceOf(Answer.Unavailable.class);
    assertThat(keys.recall("shop", "K1")).isNull();
    assertThat(keys.malformed()).isEqualTo(1);
  }

  @Test
  void remembersForLessThanASecondWhatItWasTold() {
    put("K1");
    assertThat(keys.recall("shop", "K1")).isNull();
    keys.fetch("shop", "K1");
    keys.fetch("shop", "K2");
    store.clear();

    pass(Duration.ofMillis(999));
    assertThat(keys.recall("shop", "K1")).isInstanceOf(Answer.Found.class);
    assertThat(keys.recall("shop", "K2")).isEqualTo(Answer.Absent.ABSENT);
    assertThat(keys.recall("other", "K1")).isNull();
    pass(Duration.ofMillis(1));
    assertThat(keys.recall("shop", "K1")).isNull();
    assertThat(keys.recall("shop", "K2")).isNull();
    assertThat(keys.fetch("shop", "K1")).isEqualTo(Answer.Absent.ABSENT);
  }

  @Test
  void randomIdsCostNoKeyItsPlace() {
    put("K1");
    keys.fetch("shop", "K1");

    for (int i = 0; i < 100_000; i++) {
      keys.fetch("shop", "random-" + i);
    }

    assertThat(keys.recall("shop", "K1")).isInstanceOf(Answer.Found.class);
  }

  @Test
  void ofThoseWhoAskAtATimeOneAsksForAll() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger slow = new AtomicInteger();
    ValkeyKeys waiting =
        new ValkeyKeys(
            _ -> {
              slow.incrementAndGet();
              begun.countDown();
              answer.await();
              return Map.of("sha256", HASH, "client", "acme");
            },
            Duration.ofSeconds(30),
            use,
            now::get);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      answers.add(threads.submit(() -> waiting.fetch("shop", "K1")));
      begun.await();
      for (int i = 0; i < 20; i++) {
        answers.add(threads.submit(() -> waiting.fetch("shop", "K1")));
      }
      // None of them asks while the first has no answer.
      assertThat(waiting.recall("shop", "K1")).isNull();
      assertThat(slow).hasValue(1);
      answer.countDown();
      for (Future<Answer> each : answers) {
        assertThat(each.get()).isInstanceOf(Answer.Found.class);
      }
    }
  }
}
