// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.cli.Main;
import dev.portcullis.engine.port.StoredKeys.Answer;
import dev.portcullis.extauthz.apikey.ValkeyKeys;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.valkey.ValkeyAddress;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The key that the guide puts into a store is the one that decision services find there. */
@Timeout(60)
class StoredKeysGuideIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern KEY = Pattern.compile("pck_\\S+");

  @TempDir Path directory;

  @Test
  void whatTheCommandWritesIsFound() throws Exception {
    ShownCommand shown =
        MarkdownPage.guide().stream()
            .flatMap(page -> ShownCommand.of(page).stream())
            .filter(command -> command.calls("apikey", "create") && command.says("-o", "valkey"))
            .findFirst()
            .orElseThrow();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(shown.fromAnywhere(directory).toArray(String[]::new));
    assertThat(exitCode).as(err.toString()).isZero();
    Matcher found = KEY.matcher(err.toString());
    assertThat(found.find()).isTrue();
    ApiKeyText key = ApiKeyText.parse(found.group()).orElseThrow();

    Duration timeout = Duration.ofSeconds(5);
    try (RedisServer redis = RedisServer.start();
        ValkeyStore store =
            new ValkeyStore(
                new ValkeyConfig(
                    ValkeyAddress.parse(redis.url()), null, null, null, false, true, timeout))) {
      ValkeyKeys keys = new ValkeyKeys(store, timeout);
      store.start();
      await().atMost(PATIENCE).until(store::isOpen);
      for (String line : out.toString().lines().toList()) {
        assertThat(redis.ask(line)).as(line).startsWith(":");
      }

      ApiKeyRecord record = ((Answer.Found) keys.fetch("shop", key.id())).key();

      assertThat(record.sha256()).isEqualTo(key.sha256());
      assertThat(record.client()).isEqualTo("acme");
      assertThat(record.plan()).isEqualTo("gold");
      assertThat(record.scopes()).isEqualTo(List.of("orders.read"));
      assertThat(record.labels()).isEqualTo(Map.of("api", "orders"));
      assertThat(record.expires()).isNotNull();
      assertThat(redis.ask("TTL portcullis:key:shop:" + key.id())).matches(":7[0-9]{6}");
    }
  }
}
