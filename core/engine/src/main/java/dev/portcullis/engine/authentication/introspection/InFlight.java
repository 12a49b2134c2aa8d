// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many questions are under way to each endpoint. Thread-safe. */
public final class InFlight {
  private final int most;
  private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();

  /**
   * @param most to each endpoint
   */
  public InFlight(int most) {
    this.most = most;
  }

  /** One more, which {@link #leave} takes back; false: there are as many as may be. */
  public boolean enter(String endpoint) {
    boolean[] entered = new boolean[1];
    counts.compute(
        endpoint,
        (_, count) -> {
          int now = count == null ? 0 : count;
          entered[0] = now < most;
          return entered[0] ? Integer.valueOf(now + 1) : count;
        });
    return entered[0];
  }

  /** One less. */
  public void leave(String endpoint) {
    counts.computeIfPresent(endpoint, (_, count) -> count == 1 ? null : count - 1);
  }

  /** To all endpoints. */
  public int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
