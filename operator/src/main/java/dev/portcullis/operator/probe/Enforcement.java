// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.compiler.TargetName;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.fleet.UnprotectedPod;
import dev.portcullis.fleet.UnprotectedPod.Reason;
import dev.portcullis.policy.plan.RouteId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What probes found, and where there is nothing to probe, at one moment. Immutable. */
public final class Enforcement {
  /** Nothing is known. */
  public static final Enforcement UNKNOWN = new Enforcement(Map.of(), FleetPlan.EMPTY);

  private final Map<RouteId, SortedMap<String, GateState>> gates = new HashMap<>();
  private final Map<String, List<UnprotectedPod>> bare;
  private final FleetPlan fleet;

  /**
   * @param gates what is known of each
   * @param fleet whose gates they are
   */
  public Enforcement(Map<Gate, GateState> gates, FleetPlan fleet) {
    this.fleet = fleet;
    gates.forEach((gate, state) ->
        this.gates.computeIfAbsent(gate.route(), _ -> new TreeMap<>()).put(gate.toString(), state));
    this.bare =
        fleet.unprotected().stream()
            .filter(pod -> pod.reason() == Reason.NO_SIDECAR)
            .collect(Collectors.groupingBy(pod -> pod.name().namespace()));
  }

  /** The gates of routes, by their names for people. */
  public SortedMap<String, GateState> of(Collection<RouteId> routes) {
    SortedMap<String, GateState> all = new TreeMap<>();
    routes.forEach(route -> all.putAll(gates.getOrDefault(route, new TreeMap<>())));
    return all;
  }

  /** Who cannot call routes that demand mutual TLS, in words. */
  public SortedSet<String> refused(Collection<RouteId> routes) {
    return routes.stream()
        .flatMap(route -> fleet.refused().getOrDefault(route, new TreeSet<>()).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The pods without a sidecar that one of the targets means, by their names for people. */
  public SortedSet<String> withoutSidecar(Collection<TargetName> targets) {
    return targets.stream()
        .flatMap(target ->
            bare.getOrDefault(target.namespace(), List.of()).stream()
                .filter(pod -> pod.isPartOf(target)))
        .map(pod -> pod.name().toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
