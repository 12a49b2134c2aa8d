// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.codec.PlanVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Remembers verdicts briefly and bounds how many questions are open at once, so that clients that
 * reconnect in a herd, or with a bad token in a loop, do not load the API server.
 */
public final class CachedTokens implements TokenAuthenticator {
  private static final Duration REMEMBERED = Duration.ofSeconds(30);
  private static final int MAX_REMEMBERED = 10_000;
  private static final int MAX_OPEN = 16;
  private static final int MAX_TOKEN_LENGTH = 16 * 1024;

  private final TokenAuthenticator authority;
  private final Semaphore open = new Semaphore(MAX_OPEN);
  private final Cache<String, TokenVerdict> verdicts;

  public CachedTokens(TokenAuthenticator authority, Ticker ticker) {
    this.authority = authority;
    this.verdicts =
        Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .ticker(ticker)
            .build();
  }

  @Override
  public TokenVerdict authenticate(String token) {
    if (token.length() > MAX_TOKEN_LENGTH) {
      return new TokenVerdict.Refused("the token is longer than 16 KiB");
    }
    String key = PlanVersion.of(token.getBytes(StandardCharsets.UTF_8));
    TokenVerdict known = verdicts.getIfPresent(key);
    if (known != null) {
      return known;
    }
    open.acquireUninterruptibly();
    try {
      TokenVerdict verdict = authority.authenticate(token);
      if (!(verdict instanceof TokenVerdict.Unavailable)) {
        verdicts.put(key, verdict);
      }
      return verdict;
    } finally {
      open.release();
    }
  }
}
