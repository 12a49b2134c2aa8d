// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.fleet.UnprotectedPod;
import dev.portcullis.fleet.UnprotectedPod.Reason;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tells of pods that requests reach unasked: how many there are as a metric, and once for each
 * workload as an event. Used by one thread.
 *
 * <p>A workload is told of when it has been so for {@link #PATIENCE}, because pods and their
 * policies are applied one after the other; and again when it was mended in between, or when
 * another operator begins to lead.
 */
public final class UnprotectedReporter {
  /** How long a workload may be unprotected before that is news. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** More namespaces than that are one series. */
  private static final int MAX_NAMESPACES = 200;

  /** More workloads than that are told of after another {@link #PATIENCE}. */
  private static final int MAX_EVENTS = 50;

  private final Events events;
  private final Clock clock;
  private final MultiGauge gauge;
  private final Map<Group, Instant> since = new HashMap<>();
  private final Set<Group> told = new HashSet<>();
  private Instant refill = Instant.MIN;
  private int left;

  /** Writes an event; must return at once. */
  @FunctionalInterface
  public interface Events {
    void warn(ObjectReference about, String reason, String message);
  }

  /** Pods that one change mends. */
  private record Group(String owner, Reason reason) implements Comparable<Group> {
    @Override
    public int compareTo(Group other) {
      int order = owner.compareTo(other.owner);
      return order == 0 ? reason.compareTo(other.reason) : order;
    }
  }

  private record Series(String namespace, Reason reason) {}

  public UnprotectedReporter(Events events, Clock clock, MeterRegistry metrics) {
    this.events = events;
    this.clock = clock;
    this.gauge =
        MultiGauge.builder("portcullis.unprotected.pods")
            .description("Pods of enrolled namespaces that requests reach unasked.")
            .register(metrics);
  }

  /**
   * Takes what is so now.
   *
   * @param pods all of them; none when another operator leads
   */
  void report(List<UnprotectedPod> pods) {
    SortedMap<Group, List<UnprotectedPod>> groups = new TreeMap<>();
    for (UnprotectedPod pod : pods) {
      groups.computeIfAbsent(new Group(pod.owner(), pod.reason()), _ -> new ArrayList<>()).add(pod);
    }
    count(pods);
    since.keySet().retainAll(groups.keySet());
    told.retainAll(groups.keySet());
    Instant now = clock.instant();
    if (!now.isBefore(refill)) {
      refill = now.plus(PATIENCE);
      left = MAX_EVENTS;
    }
    for (Map.Entry<Group, List<UnprotectedPod>> each : groups.entrySet()) {
      Instant begun = since.computeIfAbsent(each.getKey(), _ -> now);
      if (left > 0 && !begun.plus(PATIENCE).isAfter(now) && told.add(each.getKey())) {
        left--;
        tell(each.getKey(), each.getValue());
      }
    }
  }

  private void tell(Group group, List<UnprotectedPod> pods) {
    // Of a workload only the name is known, and describing it looks for its UID.
    UnprotectedPod one = pods.getFirst();
    events.warn(
        new ObjectReferenceBuilder()
            .withApiVersion("v1")
            .withKind("Pod")
            .withNamespace(one.name().namespace())
            .withName(one.name().name())
            .withUid(one.name().uid())
            .build(),
        group.reason().word(),
        message(group, pods.size()));
  }

  private static String message(Group group, int pods) {
    String whose = pods == 1 ? "a pod of " : pods + " pods of ";
    return switch (group.reason()) {
      case NO_SIDECAR ->
          "requests reach "
              + whose
              + group.owner()
              + " without a sidecar; restart it, so that its pods get one";
      case NO_POLICY ->
          "no ApiPolicy speaks for ports of "
              + whose
              + group.owner()
              + ", so that requests pass unasked; target it with one, or close them by other means"
              + " if they do not carry HTTP";
      case NUMERIC_TARGET_PORT ->
          "a Service leads to "
              + whose
              + group.owner()
              + " by the number of a port, around the sidecar; make its targetPort the port's name";
    };
  }

  private void count(List<UnprotectedPod> pods) {
    Map<Series, Integer> counts = new HashMap<>();
    Set<String> named = new HashSet<>();
    for (UnprotectedPod pod : pods) {
      String namespace = pod.name().namespace();
      boolean shown = named.contains(namespace) || named.size() < MAX_NAMESPACES;
      if (shown) {
        named.add(namespace);
      }
      counts.merge(new Series(shown ? namespace : "other", pod.reason()), 1, Integer::sum);
    }
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    counts.forEach((series, count) ->
        rows.add(
            MultiGauge.Row.of(
                Tags.of("namespace", series.namespace(), "reason", series.reason().word()),
                count)));
    gauge.register(rows, true);
  }
}
