// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.fleet.PodName;
import dev.portcullis.fleet.PodPlace;
import dev.portcullis.operator.rollout.NodeState;
import dev.portcullis.operator.rollout.Progress;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.RouteId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The gates that should hold by now: on those that their sidecars or the decision services still
 * wait for, a probe would prove nothing. Pure.
 */
public final class Gates {
  private final FleetPlan fleet;
  private final Progress progress;
  private final Map<RouteId, Ready> ready = new HashMap<>();

  /**
   * How far a route got.
   *
   * @param planVersion empty: some decision service does not hold the plan
   * @param proxies that run all that they should
   */
  private record Ready(Optional<String> planVersion, Set<String> proxies) {}

  private Gates(FleetPlan fleet, Progress progress) {
    this.fleet = fleet;
    this.progress = progress;
  }

  /** Those of all pods. */
  public static Set<Gate> of(FleetPlan fleet, Progress progress) {
    return new Gates(fleet, progress).all();
  }

  private Set<Gate> all() {
    Set<Gate> gates = new HashSet<>();
    fleet
        .serving()
        .forEach((pod, place) -> {
          SidecarSpec spec = fleet.sidecars().get(pod);
          if (spec != null) {
            spec.ports()
                .forEach(port -> gate(pod, place, spec.interception(), port).ifPresent(gates::add));
          }
        });
    return gates;
  }

  private Optional<Gate> gate(
      PodName pod, PodPlace place, Interception interception, SidecarPort port) {
    @Nullable RouteGuard guard = port.guard();
    if (guard == null) {
      return Optional.empty();
    }
    Ready known = ready.computeIfAbsent(guard.route(), this::ready);
    if (!known.proxies().contains(pod.toString())) {
      return Optional.empty();
    }
    boolean moved = interception == Interception.REWRITE && port.listen() != port.port();
    return known
        .planVersion()
        .map(version ->
            new Gate(
                pod,
                place.address(),
                place.identity(),
                port.port(),
                port.listen(),
                moved ? OptionalInt.of(port.port()) : OptionalInt.empty(),
                port.mtls() != MtlsMode.DISABLED,
                guard.route(),
                version));
  }

  private Ready ready(RouteId route) {
    var deciders = progress.decidersOf(route);
    boolean held = !deciders.isEmpty() && deciders.stream().allMatch(Gates::isReady);
    return new Ready(
        held ? progress.planVersion(route) : Optional.empty(),
        progress.proxiesOf(route).stream()
            .filter(Gates::isReady)
            .map(Progress.Report::node)
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static boolean isReady(Progress.Report report) {
    return report.state() instanceof NodeState.Ready;
  }
}
