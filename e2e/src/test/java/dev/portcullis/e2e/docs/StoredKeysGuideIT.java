// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.cli.Main;
import dev.portcullis.engine.port.StoredKeys.Answer;
import dev.portcullis.extauthz.apikey.StoredKeyUse;
import dev.portcullis.extauthz.apikey.ValkeyKeys;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.store.ValkeyAddress;
import dev.portcullis.store.key.KeyRecords;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The key that the guide puts into a store is the one that decision services find there, and that
 * the guide's other commands list, verify and rotate.
 */
@Timeout(120)
class StoredKeysGuideIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern KEY = Pattern.compile("pck_\\S+");
  private static final String SHOWN_STORE = "valkey://127.0.0.1:6379";
  private static final String SHOWN_ID = "3F8QZ7KD2M5N9TXC";

  @TempDir Path directory;

  private record Run(String out, String err) {
    ApiKeyText key() {
      Matcher found = KEY.matcher(err);
      assertThat(found.find()).as(err).isTrue();
      return ApiKeyText.parse(found.group()).orElseThrow();
    }

    /** As the page pipes it, by its {@code grep}. */
    String keyLine() {
      Matcher found = KEY.matcher(err);
      assertThat(found.find()).as(err).isTrue();
      return found.group() + "\n";
    }
  }

  private static ShownCommand shown(Predicate<ShownCommand> which) {
    return MarkdownPage.guide().stream()
        .flatMap(page -> ShownCommand.of(page).stream())
        .filter(which)
        .findFirst()
        .orElseThrow();
  }

  private Run run(String input, ShownCommand command, RedisServer redis, String id) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] arguments =
        command.fromAnywhere(directory).stream()
            .map(word -> word.equals(SHOWN_STORE) ? redis.url() : word)
            .map(word -> word.equals(SHOWN_ID) ? id : word)
            .toArray(String[]::new);
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int exitCode =
          Main.commandLine()
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      assertThat(exitCode).as(command.place() + "\n" + out + err).isZero();
    } finally {
      System.setIn(before);
    }
    return new Run(out.toString(), err.toString());
  }

  private Run create(RedisServer redis) throws IOException {
    Run run =
        run(
            "",
            shown(command -> command.calls("apikey", "create") && command.says("-o", "valkey")),
            redis,
            "");
    send(run, redis);
    return run;
  }

  private static void send(Run run, RedisServer redis) throws IOException {
    for (String line : run.out().lines().toList()) {
      assertThat(redis.ask(line)).as(line).startsWith(":");
    }
  }

  private Run stored(String verb, String input, RedisServer redis, String id) {
    return run(
        input,
        shown(command -> command.calls("apikey", verb) && command.says("--valkey", SHOWN_STORE)),
        redis,
        id);
  }

  /** The user whom the page lets make for decision services. */
  private static ValkeyConfig login(RedisServer redis, Path password, Duration timeout)
      throws IOException {
    String line =
        Files.readAllLines(MarkdownPage.HOME.resolve("docs/guide/share-state-over-valkey.md"))
            .stream()
            .map(String::strip)
            .filter(each -> each.startsWith("ACL SETUSER "))
            .findFirst()
            .orElseThrow();
    assertThat(redis.ask(line.replace("PASSWORD", "geheim"))).isEqualTo("+OK");
    Files.writeString(password, "geheim\n");
    return new ValkeyConfig(
        ValkeyAddress.parse(redis.url()), "portcullis", password, null, false, true, timeout);
  }

  @Test
  void whatTheCommandWritesIsFoundByTheUserWhomThePageMakes() throws Exception {
    Duration timeout = Duration.ofSeconds(5);
    ApiKeyUse use = new ApiKeyUse(KeyRecords::placeOf);
    try (RedisServer redis = RedisServer.start();
        ValkeyStore store = new ValkeyStore(login(redis, directory.resolve("password"), timeout));
        StoredKeyUse written = new StoredKeyUse(store, use, false, Clock.systemUTC())) {
      ValkeyKeys keys = new ValkeyKeys(store, timeout, use);
      store.start();
      await().atMost(PATIENCE).until(store::isOpen);
      ApiKeyText key = create(redis).key();

      ApiKeyRecord record = ((Answer.Found) keys.fetch("shop", key.id())).key();

      assertThat(record.sha256()).isEqualTo(key.sha256());
      assertThat(record.client()).isEqualTo("acme");
      assertThat(record.plan()).isEqualTo("gold");
      assertThat(record.scopes()).isEqualTo(List.of("orders.read"));
      assertThat(record.labels()).isEqualTo(Map.of("api", "orders"));
      assertThat(record.expires()).isNotNull();
      assertThat(redis.ask("TTL portcullis:key:shop:" + key.id())).matches(":7[0-9]{6}");

      keys.used(record, Instant.now());
      written.start();
      await()
          .atMost(PATIENCE)
          .until(() -> !stored("list", "", redis, key.id()).out().contains("  -  "));
    }
  }

  @Test
  void theCommandsThatReadTheStoreKnowTheKeyAndItsSuccessor() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      Run created = create(redis);
      String id = created.key().id();
      assertThat(stored("list", "", redis, id).out()).contains(id, "acme", "valid");
      assertThat(stored("verify", created.keyLine(), redis, id).out()).contains("store: valid");

      Run rotated = stored("rotate", "", redis, id);
      send(rotated, redis);

      assertThat(stored("list", "", redis, id).out()).contains(id, rotated.key().id());
      assertThat(stored("verify", created.keyLine(), redis, id).out()).contains("store: valid");
      assertThat(stored("verify", rotated.keyLine(), redis, id).out()).contains("store: valid");
      assertThat(redis.ask("TTL portcullis:key:shop:" + id)).matches(":60[0-9]{4}");
    }
  }
}
