// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import org.jspecify.annotations.Nullable;

/**
 * Remembers tokens that were verified, so that the next request with the same token costs a hash
 * and a look-up instead of a signature. Shared by all routes; bounded by memory; safe for all
 * threads.
 *
 * <p>What is remembered holds for one method (all that its policy says) and for one set of keys:
 * after a change of either, every token is verified again. Times are checked at every use against
 * the caller's clock, so eviction only frees memory: there is no timer, and an expired token goes
 * when it is asked for or when room is needed. Refusals are not remembered, because whoever forges
 * tokens makes a new one for each request; but a token that one method believes is remembered as
 * foreign by the methods before it.
 */
public final class TokenCache {
  /** Bytes that an entry takes besides its claims: key, node, records. */
  private static final int OVERHEAD = 512;

  /** Claims as objects take about this many bytes per character of their token. */
  private static final int BYTES_PER_CHARACTER = 4;

  private static final TokenVerdict FOREIGN = new TokenVerdict.Refused(TokenFault.ISSUER);

  private final Cache<TokenDigest, Entry> entries;

  private sealed interface Entry {
    record Believed(VerifiedToken token, VerificationKeys keys, int weight) implements Entry {}

    enum Foreign implements Entry {
      FOREIGN
    }
  }

  /**
   * Makes an empty cache.
   *
   * @param maxBytes about how much memory it may take
   */
  public TokenCache(long maxBytes) {
    entries =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<TokenDigest, Entry>weigher(
                (_, entry) -> entry instanceof Entry.Believed known ? known.weight : OVERHEAD)
            .executor(Runnable::run)
            .build();
  }

  /** What is known of a token; null: nothing that still holds. */
  @Nullable TokenVerdict find(TokenDigest digest, VerificationKeys keys, long now) {
    return switch (entries.getIfPresent(digest)) {
      case Entry.Believed known -> {
        if (known.keys.equals(keys) && known.token.validAt(now)) {
          yield known.token;
        }
        entries.invalidate(digest);
        yield null;
      }
      case Entry.Foreign _ -> FOREIGN;
      case null -> null;
    };
  }

  void believe(TokenDigest digest, VerifiedToken token, VerificationKeys keys, int length) {
    int weight = OVERHEAD + BYTES_PER_CHARACTER * length;
    entries.put(digest, new Entry.Believed(token, keys, weight));
  }

  void disown(TokenDigest digest) {
    entries.put(digest, Entry.Foreign.FOREIGN);
  }

  /** How many tokens are remembered, about. */
  public long size() {
    return entries.estimatedSize();
  }
}
