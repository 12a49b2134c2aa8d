// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** API keys in a real store: what the command prints is what valkey-cli sends. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // the store starts before each test
class StoredKeyCommandIT {
  private static final Pattern KEY = Pattern.compile("pck_(\\w{16})_\\S+");

  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private record Issued(String text, String id) {}

  private Issued issue(String client, String expires) throws IOException {
    CommandRun created =
        CommandRun.of(
            "apikey",
            "create",
            "--client",
            client,
            "--plan",
            "gold",
            "--scope",
            "orders.read",
            "--label",
            "api=orders",
            "-n",
            "shop",
            "--expires",
            expires,
            "-o",
            "valkey");
    return put(created);
  }

  private Issued put(CommandRun run) throws IOException {
    assertThat(run.exitCode()).as(run.err()).isZero();
    for (String line : run.out().lines().toList()) {
      assertThat(redis.ask(line)).as(line).startsWith(":");
    }
    Matcher key = KEY.matcher(run.err());
    assertThat(key.find()).as(run.err()).isTrue();
    return new Issued(key.group(), key.group(1));
  }

  private CommandRun verify(Issued key) {
    return CommandRun.reading(
        key.text() + "\n", "apikey", "verify", "--valkey", redis.url(), "-n", "shop");
  }

  private JsonNode list(String... more) throws IOException {
    String[] arguments = new String[more.length + 6];
    System.arraycopy(
        new String[] {"apikey", "list", "--valkey", redis.url(), "-o", "json"}, 0, arguments, 0, 6);
    System.arraycopy(more, 0, arguments, 6, more.length);
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new JsonMapper().readTree(run.out());
  }

  private CommandRun rotate(String id, String... more) {
    String[] arguments = new String[more.length + 7];
    System.arraycopy(
        new String[] {"apikey", "rotate", id, "-n", "shop", "--valkey", redis.url()},
        0,
        arguments,
        0,
        7);
    System.arraycopy(more, 0, arguments, 7, more.length);
    return CommandRun.of(arguments);
  }

  @Test
  void aSuccessorHoldsBesideTheOldKeyForAWhile() throws IOException {
    Issued old = issue("acme", "never");

    Issued successor = put(rotate(old.id(), "--overlap", "7d"));

    assertThat(verify(old).out()).contains("store: valid");
    assertThat(verify(successor).out()).contains("store: valid");
    JsonNode keys = list("-n", "shop", "--client", "acme");
    assertThat(keys)
        .hasSize(2)
        .allSatisfy(key -> {
          assertThat(key.path("plan").asText()).isEqualTo("gold");
          assertThat(key.path("scopes").path(0).asText()).isEqualTo("orders.read");
          assertThat(key.path("labels").path("api").asText()).isEqualTo("orders");
          assertThat(key.path("state").asText()).isEqualTo("valid");
        });
    Instant now = Instant.now();
    assertThat(keys)
        .extracting(
            key -> Duration.between(now, Instant.parse(key.path("expires").asText())).toDays())
        .containsExactlyInAnyOrder(6L, 89L);
    assertThat(redis.ask("TTL portcullis:key:shop:" + old.id())).matches(":60[0-9]{4}");
  }

  @Test
  void theOldKeyNeverLivesLongerAndCanEndNow() throws IOException {
    Issued old = issue("acme", "2999-01-01T00:00:00Z");

    CommandRun run = rotate(old.id(), "--overlap", "999999y");
    assertThat(run.out()).doesNotContain(old.id());

    put(rotate(old.id(), "--overlap", "0h"));
    CommandRun gone = verify(old);
    assertThat(gone.exitCode()).isEqualTo(1);
    assertThat(gone.out()).contains("store: unknown: the store has no key shop:" + old.id());
    CommandRun again = rotate(old.id());
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.complaint()).contains("the store has no key shop:" + old.id());
  }

  @Test
  void saysWhenAKeyWasUsedAndASuccessorWasNot() throws IOException {
    Issued old = issue("acme", "never");
    redis.ask("HSET portcullis:key:shop:" + old.id() + " lastUsed 2026-03-01T10:00:00Z");
    put(rotate(old.id()));

    assertThat(list())
        .extracting(key -> key.path("lastUsed").asText("never"))
        .containsExactlyInAnyOrder("2026-03-01T10:00:00Z", "never");
    assertThat(CommandRun.of("apikey", "list", "--valkey", redis.url()).out())
        .contains("LAST USED", "2026-03-01T10:00:00Z");
    redis.ask("HSET portcullis:key:shop:" + old.id() + " lastUsed \"\\x1b[2J\"");
    assertThat(list())
        .extracting(key -> key.path("lastUsed").asText("never"))
        .containsOnly("never");
    assertThat(list()).extracting(key -> key.path("state").asText()).containsOnly("valid");
  }

  @Test
  void nothingInTheStoreIsACommandMore() throws IOException {
    Issued old = issue("acme", "never");
    redis.ask(
        "HSET portcullis:key:shop:"
            + old.id()
            + " \"label:a\\nSET portcullis:x 1\" \"\\nFLUSHALL\"");

    CommandRun run = rotate(old.id());

    assertThat(run.out().lines())
        .allSatisfy(line -> assertThat(line).containsPattern("^(HSET|EXPIREAT|PUBLISH) "));
    Issued successor = put(run);
    assertThat(redis.ask("EXISTS portcullis:x")).isEqualTo(":0");
    assertThat(verify(successor).out()).contains("store: valid");
    assertThat(list("--client", "acme"))
        .extracting(key -> key.path("labels").path("a\nSET portcullis:x 1").asText())
        .containsExactly("\nFLUSHALL", "\nFLUSHALL");
  }

  @Test
  void tellsWhatIsTheMatterWithAKey() throws IOException {
    Issued revoked = issue("acme", "never");
    redis.ask("HSET portcullis:key:shop:" + revoked.id() + " revoked true");
    assertThat(verify(revoked).exitCode()).isEqualTo(1);
    assertThat(verify(revoked).out()).contains("store: revoked");
    assertThat(rotate(revoked.id()).complaint()).contains("is revoked");

    Issued none = issue("zeta", "never");
    redis.ask("HSET portcullis:key:shop:" + none.id() + " expire soon");
    assertThat(verify(none).out()).contains("store: unreadable: a field that keys do not have");
    assertThat(rotate(none.id()).exitCode()).isEqualTo(1);

    assertThat(list())
        .extracting(key -> key.path("state").asText())
        .containsExactlyInAnyOrder("revoked", "unreadable: a field that keys do not have");
    assertThat(list("-n", "carts")).isEmpty();
  }

  @Test
  void whoeverCannotAskTheStoreSaysSo() throws IOException {
    Issued key = issue("acme", "never");
    redis.kill();
    CommandRun run = verify(key);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.complaint()).contains("--valkey: " + redis.url(), "does not tell");
  }

  @Test
  void isNotSilentAboutALoginThatIsNone() {
    CommandRun user =
        CommandRun.of("apikey", "list", "--valkey", redis.url(), "--valkey-user", "u");
    assertThat(user.exitCode()).isEqualTo(1);
    assertThat(user.complaint()).contains("--valkey-user needs --valkey-password-file");
    CommandRun plain =
        CommandRun.of("apikey", "list", "--valkey", redis.url(), "--valkey-ca", "ca.crt");
    assertThat(plain.exitCode()).isEqualTo(1);
    assertThat(plain.complaint()).contains("begin --valkey with valkeys");
  }

  @Test
  void wantsToKnowWhich() {
    assertThat(CommandRun.of("apikey", "rotate", "--valkey", redis.url()).exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("apikey", "verify", "--valkey", redis.url()).exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("apikey", "list", "keys", "--valkey", redis.url()).exitCode())
        .isEqualTo(2);
    assertThat(CommandRun.of("apikey", "rotate", "a", "-o", "valkey").exitCode()).isEqualTo(2);
    CommandRun secret = CommandRun.of("apikey", "list", "--valkey", "valkey://u:geheim@host");
    assertThat(secret.exitCode()).isEqualTo(2);
    assertThat(secret.complaint()).doesNotContain("geheim").contains("--valkey-password-file");
  }
}
