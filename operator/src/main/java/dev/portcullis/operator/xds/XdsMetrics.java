// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** What the xDS server counts. */
final class XdsMetrics {
  private final MeterRegistry registry;
  private final AtomicInteger streams = new AtomicInteger();

  XdsMetrics(MeterRegistry registry, XdsLimits limits) {
    this.registry = registry;
    registry.gauge("portcullis.xds.streams", streams);
    // Not the number itself: a gauge holds what it reads only weakly.
    registry.gauge("portcullis.xds.streams.max", limits, XdsLimits::streams);
  }

  void streams(int open) {
    streams.set(open);
  }

  void refused(String reason) {
    registry.counter("portcullis.xds.streams.refused", "reason", reason).increment();
  }

  void sent(ResourceType type, Delta delta) {
    String name = label(type);
    registry.counter("portcullis.xds.responses", "type", name).increment();
    registry.counter("portcullis.xds.resources", "type", name).increment(delta.changed().size());
    registry
        .counter("portcullis.xds.bytes", "type", name)
        .increment(delta.changed().stream().mapToInt(XdsResource::size).sum());
  }

  void acknowledged(ResourceType type) {
    registry.counter("portcullis.xds.acknowledged", "type", label(type)).increment();
  }

  void rejected(ResourceType type) {
    registry.counter("portcullis.xds.rejected", "type", label(type)).increment();
  }

  void ignored(String reason) {
    registry.counter("portcullis.xds.requests.ignored", "reason", reason).increment();
  }

  private static String label(ResourceType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
