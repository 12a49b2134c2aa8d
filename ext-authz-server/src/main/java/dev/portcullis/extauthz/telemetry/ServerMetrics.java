// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.overload.OverloadState;
import dev.portcullis.policy.decision.DenyReason;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Puts what was counted into Prometheus' text when it is scraped. */
public final class ServerMetrics implements MultiCollector, AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final DecisionCounters counters;
  private final RouteDirectory routes;
  private final int routesShown;
  private final Map<Metric, DoubleSupplier> values = new EnumMap<>(Metric.class);
  private Supplier<SortedMap<String, OverloadState>> overloads = Collections::emptySortedMap;

  /**
   * Starts to show the decisions and the JVM.
   *
   * @param routesShown how many routes are counted under their own names, and how many findings of
   *     shadows; bounds the number of time series
   */
  public ServerMetrics(DecisionCounters counters, RouteDirectory routes, int routesShown) {
    this.counters = counters;
    this.routes = routes;
    this.routesShown = routesShown;
    show(Metric.INTERNAL_ERRORS, counters.internalErrors::sum);
    show(Metric.DELAYED_MILLIS, counters.delayedMillis::sum);
    show(Metric.EXPIRED_CHECKS, counters.expired::sum);
    show(Metric.PROBES, counters.probes::sum);
    show(Metric.FOREIGN_CHECKS, counters.foreign::sum);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
    registry.getPrometheusRegistry().register(this);
  }

  /** Shows a metric without labels, by whatever the supplier says when it is scraped. */
  public void show(Metric metric, DoubleSupplier value) {
    values.put(metric, value);
  }

  /** Shows what routes admit of each plan. */
  public void showOverloads(Supplier<SortedMap<String, OverloadState>> states) {
    overloads = states;
  }

  /** Shows the decision log's queue. */
  public void show(DecisionLog log) {
    show(Metric.LOG_QUEUE, log::waiting);
    show(Metric.LOG_WRITTEN, log::written);
    show(Metric.LOG_DROPPED, log::dropped);
  }

  /** All metrics in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public MetricSnapshots collect() {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    snapshots.add(decisions());
    SortedMap<String, RouteFacts> all = routes.all();
    snapshots.add(routeDecisions(all));
    snapshots.add(routeDelays(all));
    snapshots.add(routeQuotaMarks(all));
    snapshots.add(counters.clients.requests());
    snapshots.add(counters.clients.refusals());
    snapshots.add(admitted(overloads.get()));
    snapshots.add(new ShadowSeries(all, routesShown).snapshot());
    snapshots.add(counters.seconds.snapshot(Metric.DECISION_SECONDS));
    values.forEach((metric, value) -> snapshots.add(single(metric, value.getAsDouble())));
    return new MetricSnapshots(snapshots);
  }

  private MetricSnapshot decisions() {
    CounterSnapshot.Builder builder = counter(Metric.DECISIONS);
    builder.dataPoint(point(counters.allowed(), Labels.of("outcome", "allow", "reason", "NONE")));
    for (DenyReason reason : DenyReason.values()) {
      builder.dataPoint(
          point(counters.denied(reason), Labels.of("outcome", "deny", "reason", reason.name())));
    }
    return builder.build();
  }

  private MetricSnapshot routeDecisions(SortedMap<String, RouteFacts> all) {
    CounterSnapshot.Builder builder = counter(Metric.ROUTE_DECISIONS);
    int shown = 0;
    long otherAllowed = 0;
    long otherDenied = 0;
    for (Map.Entry<String, RouteFacts> entry : all.entrySet()) {
      if (shown++ < routesShown) {
        route(builder, entry.getKey(), entry.getValue().allowed(), entry.getValue().denied());
      } else {
        otherAllowed += entry.getValue().allowed();
        otherDenied += entry.getValue().denied();
      }
    }
    if (shown > routesShown) {
      route(builder, "other", otherAllowed, otherDenied);
    }
    return builder.build();
  }

  private MetricSnapshot routeDelays(SortedMap<String, RouteFacts> all) {
    CounterSnapshot.Builder builder = counter(Metric.ROUTE_DELAYS);
    int shown = 0;
    long other = 0;
    for (Map.Entry<String, RouteFacts> entry : all.entrySet()) {
      if (shown++ < routesShown) {
        builder.dataPoint(point(entry.getValue().delayed(), Labels.of("route", entry.getKey())));
      } else {
        other += entry.getValue().delayed();
      }
    }
    if (shown > routesShown) {
      builder.dataPoint(point(other, Labels.of("route", "other")));
    }
    return builder.build();
  }

  private MetricSnapshot routeQuotaMarks(SortedMap<String, RouteFacts> all) {
    CounterSnapshot.Builder builder = counter(Metric.ROUTE_QUOTA_MARKS);
    int shown = 0;
    long otherNearly = 0;
    long otherUsed = 0;
    for (Map.Entry<String, RouteFacts> entry : all.entrySet()) {
      RouteFacts facts = entry.getValue();
      if (shown++ < routesShown) {
        quotas(builder, entry.getKey(), facts.quotasNearlyUsed(), facts.quotasUsed());
      } else {
        otherNearly += facts.quotasNearlyUsed();
        otherUsed += facts.quotasUsed();
      }
    }
    if (shown > routesShown) {
      quotas(builder, "other", otherNearly, otherUsed);
    }
    return builder.build();
  }

  private MetricSnapshot admitted(SortedMap<String, OverloadState> states) {
    GaugeSnapshot.Builder builder =
        GaugeSnapshot.builder()
            .name(Metric.OVERLOAD_ADMITTED.baseName())
            .help(Metric.OVERLOAD_ADMITTED.help());
    int shown = 0;
    int least = OverloadControl.WHOLE;
    for (Map.Entry<String, OverloadState> entry : states.entrySet()) {
      List<Integer> admitted = entry.getValue().admitted();
      if (shown++ < routesShown) {
        for (int i = 0; i < admitted.size(); i++) {
          builder.dataPoint(ratio(admitted.get(i), entry.getKey(), entry.getValue().plan(i)));
        }
      } else {
        least = Math.min(least, Collections.min(admitted));
      }
    }
    if (shown > routesShown) {
      builder.dataPoint(ratio(least, "other", OverloadState.OTHERS));
    }
    return builder.build();
  }

  private static void quotas(
      CounterSnapshot.Builder builder, String route, long nearly, long used) {
    builder.dataPoint(point(nearly, Labels.of("route", route, "percent", "80")));
    builder.dataPoint(point(used, Labels.of("route", route, "percent", "100")));
  }

  private static GaugeDataPointSnapshot ratio(int permille, String route, String plan) {
    return GaugeDataPointSnapshot.builder()
        .value(permille / (double) OverloadControl.WHOLE)
        .labels(Labels.of("route", route, "plan", plan))
        .build();
  }

  private static void route(
      CounterSnapshot.Builder builder, String route, long allowed, long denied) {
    builder.dataPoint(point(allowed, Labels.of("route", route, "outcome", "allow")));
    builder.dataPoint(point(denied, Labels.of("route", route, "outcome", "deny")));
  }

  private static MetricSnapshot single(Metric metric, double value) {
    return switch (metric.type()) {
      case COUNTER -> counter(metric).dataPoint(point((long) value, Labels.EMPTY)).build();
      case GAUGE, HISTOGRAM ->
          GaugeSnapshot.builder()
              .name(metric.baseName())
              .help(metric.help())
              .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
              .build();
    };
  }

  static CounterSnapshot.Builder counter(Metric metric) {
    return CounterSnapshot.builder().name(metric.baseName()).help(metric.help());
  }

  static CounterDataPointSnapshot point(long value, Labels labels) {
    return CounterDataPointSnapshot.builder().value((double) value).labels(labels).build();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
