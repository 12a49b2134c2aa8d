// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import org.jspecify.annotations.Nullable;

/**
 * That a request was the one that took a quota past a mark that people want to hear of. Of the
 * requests of one period and key that are counted, one at most passes each mark. One that costs so
 * much that it passes both tells of the second only.
 *
 * @param by the limit
 * @param percent of the quota that is used now: {@value #NEARLY} or more, or {@value #ALL}
 * @param limit requests that the quota holds
 */
public record QuotaMark(RuleRef by, int percent, long limit) {
  /** Little is left. */
  public static final int NEARLY = 80;

  /** Nothing is left. */
  public static final int ALL = 100;

  /**
   * The mark that a charge has passed which was granted; null: none. Of a quota below 5 a fifth is
   * less than one request: it has the second mark only.
   *
   * @param limit requests that the quota holds, at least 1
   * @param remaining after the charge
   * @param cost of the charge, at least 1
   */
  public static @Nullable QuotaMark passed(RuleRef by, long limit, long remaining, long cost) {
    if (remaining <= 0) {
      return new QuotaMark(by, ALL, limit);
    }
    long nearly = limit / 5;
    return remaining <= nearly && remaining + cost > nearly
        ? new QuotaMark(by, NEARLY, limit)
        : null;
  }
}
