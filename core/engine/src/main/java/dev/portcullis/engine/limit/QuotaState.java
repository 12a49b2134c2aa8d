// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * How a counter stands.
 *
 * @param granted whether what was asked for is (or was) within the limit
 * @param remaining requests that may come at once from now on
 * @param resetSeconds until all of the limit is there again, rounded up
 * @param retrySeconds until what was asked for is granted, rounded up; 0 when it is now
 * @param delay nanoseconds that what was asked for has to be held to be within the limit; 0 of a
 *     limit that holds nothing
 */
public record QuotaState(
    boolean granted, long remaining, long resetSeconds, long retrySeconds, long delay) {

  /** Of something that is not to be held. */
  public QuotaState(boolean granted, long remaining, long resetSeconds, long retrySeconds) {
    this(granted, remaining, resetSeconds, retrySeconds, 0);
  }

  /** As it stands, for a charge that was made, and holds nothing any more. */
  public QuotaState made() {
    return made(0);
  }

  /**
   * As it stands, for a charge that was made.
   *
   * @param left nanoseconds for which it still has to be held
   */
  public QuotaState made(long left) {
    return new QuotaState(true, remaining, resetSeconds, 0, left);
  }

  /**
   * As it stands for somebody who has had some of it reserved, of a limit that holds at most so
   * much.
   */
  public QuotaState with(long reserved, long most) {
    return new QuotaState(
        granted, Math.min(remaining + reserved, most), resetSeconds, retrySeconds, delay);
  }

  /** For a charge that was refused before: it stays so, also when there is room again by now. */
  public QuotaState stillRefused() {
    return granted ? new QuotaState(false, 0, resetSeconds, 1) : this;
  }

  static long ceilSeconds(long nanos) {
    return nanos <= 0 ? 0 : (nanos - 1) / 1_000_000_000L + 1;
  }
}
