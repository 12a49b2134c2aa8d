// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/** Headers from before the draft of RateLimit that tell clients of the limit that ends first. */
public enum LegacyHeaders {
  /** {@code X-RateLimit-*}. */
  X_RATE_LIMIT("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset");

  private final String limit;
  private final String remaining;
  private final String reset;

  LegacyHeaders(String limit, String remaining, String reset) {
    this.limit = limit;
    this.remaining = remaining;
    this.reset = reset;
  }

  /** Name of the header of the limit's number. */
  public String limit() {
    return limit;
  }

  /** Name of the header of what is left of it. */
  public String remaining() {
    return remaining;
  }

  /** Name of the header of the seconds until all of it is back. */
  public String reset() {
    return reset;
  }

  /** All of them. */
  public List<String> names() {
    return List.of(limit, remaining, reset);
  }
}
