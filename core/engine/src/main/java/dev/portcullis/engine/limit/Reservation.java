// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import java.time.Duration;
import java.util.List;

/**
 * A charge that waits for the end of its request, to be given back.
 *
 * @param policies those whose limits replicas count together and charged, as {@code
 *     namespace/name}; empty: this process counted it alone
 */
public record Reservation(ChargeId id, List<String> policies) {
  /**
   * How long one waits of whose request nobody hears: three times as long as Envoy takes to say
   * again that a request goes on.
   */
  public static final Duration LEASE = Duration.ofSeconds(15);

  public Reservation {
    policies = List.copyOf(policies);
  }

  /** One that this process counted alone. */
  public static Reservation own(ChargeId id) {
    return new Reservation(id, List.of());
  }
}
