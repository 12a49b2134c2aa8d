// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RemoteKeySetsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile KeyFetch server =
      _ -> {
        throw new IOException("away");
      };
  private final RemoteKeySets sets =
      new RemoteKeySets(
          uri -> {
            fetches.incrementAndGet();
            return server.fetch(uri);
          },
          null,
          now::get);

  @AfterEach
  void stop() {
    sets.close();
  }

  @Test
  void fetchesAheadOfNeedAndKeepsWhatItHasWhenTheIssuerIsAway() throws Exception {
    serveKeys();
    RemoteKeySet set = sets.keysAt("https://idp.example.com/jwks");
    await().atMost(SOON).until(() -> set.current() != null);
    assertThat(sets.keysAt("https://idp.example.com/jwks")).isSameAs(set);
    assertThat(sets.missing()).isZero();
    assertThat(sets.stale()).isZero();
    VerificationKeys keys = set.current();

    server =
        _ -> {
          throw new IOException("away");
        };
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(6)));
    await().atMost(SOON).until(() -> sets.failures() > 0);
    assertThat(set.current()).isSameAs(keys);
    assertThat(sets.stale()).isOne();

    serveKeys();
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));
    await().atMost(SOON).until(() -> sets.stale() == 0);
  }

  @Test
  void triesAgainUntilThereAreKeys() throws Exception {
    RemoteKeySet set = sets.keysAt("https://idp.example.com/jwks");
    await().atMost(SOON).until(() -> sets.failures() == 1);
    assertThat(sets.missing()).isOne();
    assertThat(set.state().lastError()).isEqualTo("away");
    serveKeys();
    now.updateAndGet(time -> time.plus(Duration.ofSeconds(2)));
    await().atMost(SOON).until(() -> set.current() != null);
  }

  @Test
  void forgetsWhatNothingRefersTo() {
    sets.keysAt("https://a.example.com/jwks");
    RemoteKeySet kept = sets.keysAt("https://b.example.com/jwks");
    sets.retain(Set.of("https://b.example.com/jwks"));
    assertThat(sets.size()).isOne();
    assertThat(sets.keysAt("https://b.example.com/jwks")).isSameAs(kept);
  }

  private void serveKeys() throws Exception {
    try (TestIssuer issuer = new TestIssuer()) {
      byte[] keys = issuer.keys().getBytes(StandardCharsets.UTF_8);
      server = _ -> new KeyFetch.Answer(keys, Duration.ofMinutes(5));
    }
  }
}
