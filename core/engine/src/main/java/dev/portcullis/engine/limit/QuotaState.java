// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * How a counter stands.
 *
 * @param granted whether what was asked for is (or was) within the limit
 * @param remaining requests that may come at once from now on
 * @param resetSeconds until all of the limit is there again, rounded up
 * @param retrySeconds until what was asked for is within the limit, rounded up; 0 when it is now
 */
public record QuotaState(boolean granted, long remaining, long resetSeconds, long retrySeconds) {

  /** As it stands, for a charge that was made. */
  public QuotaState made() {
    return new QuotaState(true, remaining, resetSeconds, 0);
  }

  /**
   * As it stands for somebody who has had some of it reserved, of a limit that holds at most so
   * much.
   */
  public QuotaState with(long reserved, long most) {
    return new QuotaState(
        granted, Math.min(remaining + reserved, most), resetSeconds, retrySeconds);
  }

  /** For a charge that was refused before: it stays so, also when there is room again by now. */
  public QuotaState stillRefused() {
    return granted ? new QuotaState(false, 0, resetSeconds, 1) : this;
  }

  static long ceilSeconds(long nanos) {
    return nanos <= 0 ? 0 : (nanos - 1) / 1_000_000_000L + 1;
  }
}
