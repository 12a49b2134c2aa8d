// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.engine.authentication.jwt.TokenDigest;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what issuers said of tokens. Safe for all threads.
 *
 * <p>Inactive tokens are remembered apart from active ones, for seconds, and in a room of their
 * own: whoever sends random tokens makes as many of them as he likes, and none must cost an active
 * one its place. What is remembered holds for one method, all that its policy says, since the
 * digest is of both. Times are checked at every use, so eviction only frees memory.
 */
final class KnownTokens {
  /** A token that was inactive may be activated soon: so long it stays refused, at most. */
  private static final Duration INACTIVE = Duration.ofSeconds(5);

  private static final long MAX_INACTIVE = 16_384;

  /** Bytes that an entry takes besides its claims: key, node, records. */
  private static final int OVERHEAD = 512;

  /** Claims as objects take about this many bytes per byte of their answer. */
  private static final int BYTES_PER_BYTE = 4;

  private final Cache<TokenDigest, Entry> active;
  private final Cache<TokenDigest, Entry> inactive;

  private record Entry(TokenAnswer answer, Instant until, int weight) {}

  /**
   * Makes an empty memory.
   *
   * @param maxBytes about how much active tokens may take
   */
  KnownTokens(long maxBytes) {
    active =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<TokenDigest, Entry>weigher((_, entry) -> entry.weight)
            .executor(Runnable::run)
            .build();
    inactive = Caffeine.newBuilder().maximumSize(MAX_INACTIVE).executor(Runnable::run).build();
  }

  /** What is known of a token; null: nothing that still holds. */
  @Nullable TokenAnswer find(TokenDigest digest, Instant now) {
    TokenAnswer known = find(active, digest, now);
    return known == null ? find(inactive, digest, now) : known;
  }

  private static @Nullable TokenAnswer find(
      Cache<TokenDigest, Entry> cache, TokenDigest digest, Instant now) {
    Entry entry = cache.getIfPresent(digest);
    if (entry == null) {
      return null;
    }
    if (now.isBefore(entry.until)) {
      return entry.answer;
    }
    cache.asMap().remove(digest, entry);
    return null;
  }

  /**
   * Remembers an answer; that there was none is not remembered.
   *
   * @param ttl how long it counts at most
   * @param length of the answer in bytes
   */
  void remember(TokenDigest digest, TokenAnswer answer, Duration ttl, Instant now, int length) {
    switch (answer) {
      case TokenAnswer.Active token -> {
        Instant until = now.plus(ttl);
        if (token.expires() < until.getEpochSecond()) {
          until = Instant.ofEpochSecond(token.expires());
        }
        inactive.invalidate(digest);
        active.put(digest, new Entry(token, until, OVERHEAD + BYTES_PER_BYTE * length));
      }
      case TokenAnswer.Refused refused -> {
        Duration shorter = ttl.compareTo(INACTIVE) < 0 ? ttl : INACTIVE;
        active.invalidate(digest);
        inactive.put(digest, new Entry(refused, now.plus(shorter), OVERHEAD));
      }
      case TokenAnswer.Unavailable _ -> {
        // Whoever asks next may be luckier.
      }
    }
  }

  /** How many active tokens are remembered, about. */
  long size() {
    return active.estimatedSize();
  }
}
