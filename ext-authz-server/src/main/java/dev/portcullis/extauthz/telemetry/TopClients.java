// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.policy.match.IpAddress;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/**
 * The clients that ask most and that are refused most, by {@code auth.client} or else by address,
 * IPv6 by /64. Subjects are not named: they are people. Who holds no credential that is accepted
 * has no other name than the address. Thread-safe; counting never waits.
 */
final class TopClients {
  /** Of which those that are shown are chosen. */
  private static final int COUNTERS = 256;

  /** Of the name of a client; a longer one is cut, so that issuers cannot fill memory. */
  private static final int MAX_NAME = 100;

  private final int shown;
  private final HeavyHitters requests = new HeavyHitters(COUNTERS, System.nanoTime());
  private final HeavyHitters refusals = new HeavyHitters(COUNTERS, System.nanoTime());

  /**
   * Shows so many of each; bounds the number of time series.
   *
   * @param shown 0: counts nothing
   */
  TopClients(int shown) {
    this.shown = shown;
  }

  void decided(Decision decision) {
    if (shown == 0) {
      return;
    }
    Identity identity = decision.identity();
    String client = identity == null ? null : identity.client();
    Object who =
        client == null || client.isEmpty() ? CounterKey.site(decision.client()) : cut(client);
    long now = System.nanoTime();
    requests.count(who, now);
    if (!decision.allowed()) {
      refusals.count(who, now);
    }
  }

  private static String cut(String name) {
    if (name.length() <= MAX_NAME) {
      return name;
    }
    boolean split = Character.isHighSurrogate(name.charAt(MAX_NAME - 1));
    return name.substring(0, split ? MAX_NAME - 1 : MAX_NAME);
  }

  private static Labels labels(Object who) {
    if (who instanceof IpAddress address) {
      String site = address.isIpv4() ? address.toString() : address + "/64";
      return Labels.of("by", "address", "name", site);
    }
    return Labels.of("by", "client", "name", who.toString());
  }

  MetricSnapshot requests() {
    return snapshot(Metric.TOP_CLIENT_REQUESTS, requests);
  }

  MetricSnapshot refusals() {
    return snapshot(Metric.TOP_CLIENT_REFUSALS, refusals);
  }

  private MetricSnapshot snapshot(Metric metric, HeavyHitters of) {
    GaugeSnapshot.Builder builder =
        GaugeSnapshot.builder().name(metric.baseName()).help(metric.help());
    for (HeavyHitters.Hitter each : of.top(shown, System.nanoTime())) {
      builder.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(labels(each.who()))
              .value((double) each.atLeast())
              .build());
    }
    return builder.build();
  }
}
