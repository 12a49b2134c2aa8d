// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Identity;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts open streams, all and by identity, and keeps both within bounds. Thread-safe. */
final class OpenStreams {
  private final XdsLimits limits;
  private final XdsMetrics metrics;
  private final Map<Identity, Integer> byIdentity = new HashMap<>();
  private int all;

  OpenStreams(XdsLimits limits, XdsMetrics metrics) {
    this.limits = limits;
    this.metrics = metrics;
  }

  /** Counts a stream in; returns why there may be none more, or null when there may. */
  synchronized @Nullable String open(Identity identity) {
    if (all >= limits.streams()) {
      return "more than " + limits.streams() + " streams";
    }
    int most = limits.of(identity);
    if (byIdentity.getOrDefault(identity, 0) >= most) {
      return "more than " + most + " streams of " + identity.username();
    }
    byIdentity.merge(identity, 1, Integer::sum);
    metrics.streams(++all);
    return null;
  }

  /** Counts a stream out; once for each that was counted in. */
  synchronized void closed(Identity identity) {
    byIdentity.computeIfPresent(identity, (_, open) -> open == 1 ? null : open - 1);
    metrics.streams(--all);
  }
}
