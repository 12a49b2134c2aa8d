// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.policy.plan.PolicyRef;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The time series of what shadows would have refused, of all routes, as many as are shown. */
final class ShadowSeries {
  private static final String OTHER = "other";

  private final SortedMap<Key, Long> counts = new TreeMap<>();
  private final int shown;
  private long beyond;

  /**
   * One series. Phases are not told apart: rules, limits and thresholds have names of their own.
   */
  private record Key(String route, @Nullable PolicyRef policy, @Nullable String rule, String reason)
      implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        comparing(Key::route)
            .thenComparing(Key::policy, nullsFirst(naturalOrder()))
            .thenComparing(Key::rule, nullsFirst(naturalOrder()))
            .thenComparing(Key::reason);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    Labels labels() {
      return Labels.of(
          "route",
          route,
          "policy",
          policy == null ? "" : policy.toString(),
          "rule",
          rule == null ? "" : rule,
          "reason",
          reason);
    }
  }

  /**
   * Adds up.
   *
   * @param shown the most series; the rest are one
   */
  ShadowSeries(SortedMap<String, RouteFacts> routes, int shown) {
    this.shown = shown;
    routes.forEach((route, facts) -> {
      facts.shadows().forEach((finding, count) -> add(route, finding, count));
      beyond += facts.shadows().beyond();
    });
  }

  private void add(String route, ShadowFinding finding, long count) {
    if (finding.wouldDeny() != null) {
      RuleRef by = finding.by();
      counts.merge(
          new Key(route, by.policy(), by.rule(), finding.wouldDeny().name()), count, Long::sum);
    }
  }

  MetricSnapshot snapshot() {
    CounterSnapshot.Builder builder = ServerMetrics.counter(Metric.SHADOW_DENIALS);
    int written = 0;
    long rest = beyond;
    for (var each : counts.entrySet()) {
      if (written++ < shown) {
        builder.dataPoint(ServerMetrics.point(each.getValue(), each.getKey().labels()));
      } else {
        rest += each.getValue();
      }
    }
    if (rest > 0) {
      builder.dataPoint(ServerMetrics.point(rest, new Key(OTHER, null, OTHER, OTHER).labels()));
    }
    return builder.build();
  }
}
