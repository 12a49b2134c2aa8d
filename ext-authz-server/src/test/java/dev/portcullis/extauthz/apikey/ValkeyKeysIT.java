// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.engine.port.StoredKeys.Answer;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.store.ValkeyAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages of a real store, while no time passes: what is remembered would hold for ever. */
@Timeout(60)
final class ValkeyKeysIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void whatAMessageNamesIsForgottenAtOnce() throws Exception {
    Duration timeout = Duration.ofSeconds(5);
    try (RedisServer redis = RedisServer.start();
        ValkeyStore store =
            new ValkeyStore(
                new ValkeyConfig(
                    ValkeyAddress.parse(redis.url()), null, null, null, false, true, timeout))) {
      ValkeyKeys keys = new ValkeyKeys(store, timeout, new ApiKeyUse(), () -> 0);
      store.start();
      await().atMost(PATIENCE).until(store::isOpen);
      assertThat(keys.fetch("shop", "K1")).isEqualTo(Answer.Absent.ABSENT);

      redis.ask("HSET portcullis:key:shop:K1 client acme sha256 " + "0a".repeat(32));
      assertThat(keys.recall("shop", "K1")).isEqualTo(Answer.Absent.ABSENT);
      redis.ask("PUBLISH portcullis:keys shop:K1");

      await().atMost(PATIENCE).until(() -> keys.recall("shop", "K1") == null);
      assertThat(keys.fetch("shop", "K1")).isInstanceOf(Answer.Found.class);
      redis.ask("DEL portcullis:key:shop:K1");
      assertThat(keys.recall("shop", "K1")).isInstanceOf(Answer.Found.class);
      redis.ask("PUBLISH portcullis:keys shop:K1");

      await().atMost(PATIENCE).until(() -> keys.recall("shop", "K1") == null);
      assertThat(keys.fetch("shop", "K1")).isEqualTo(Answer.Absent.ABSENT);
    }
  }
}
