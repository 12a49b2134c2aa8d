// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.revocation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That something is taken back, or is no longer: the state of one key, as replicas exchange it.
 * Whatever order they learn it in, they come to the same state.
 *
 * @param issuedBefore only tokens that were issued before this second since 1970 are meant; {@link
 *     #ALL}: whenever they were
 * @param expires when it may be forgotten: no credential that is meant outlives this
 * @param withdrawn whether the credentials hold again
 * @param changed when somebody last said so, in milliseconds since 1970
 */
public record Revocation(
    RevocationKey key, long issuedBefore, Instant expires, boolean withdrawn, long changed) {
  /** Whenever the tokens were issued. */
  public static final long ALL = Long.MAX_VALUE;

  /**
   * The time of a word that must count more than what was said of its key before: by a clock that
   * is ahead of ours, perhaps.
   *
   * @param former what was said; null: nothing
   */
  public static long after(@Nullable Revocation former, Instant now) {
    return former == null ? now.toEpochMilli() : Math.max(now.toEpochMilli(), former.changed + 1);
  }

  /** Whether it takes back a token that was issued in this second, at this time. */
  boolean covers(long issuedAt, Instant now) {
    return !withdrawn && issuedAt < issuedBefore && now.isBefore(expires);
  }

  /**
   * Both in one. Of two that say the opposite the later counts, and of two of the same moment the
   * one that revokes; of two that revoke, what is stricter.
   */
  public Revocation and(Revocation other) {
    if (withdrawn != other.withdrawn) {
      if (changed == other.changed) {
        return withdrawn ? other : this;
      }
      return changed > other.changed ? this : other;
    }
    return new Revocation(
        key,
        Math.max(issuedBefore, other.issuedBefore),
        expires.isAfter(other.expires) ? expires : other.expires,
        withdrawn,
        Math.max(changed, other.changed));
  }
}
