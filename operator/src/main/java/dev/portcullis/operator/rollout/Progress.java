// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.policy.plan.RouteId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Function;

/**
 * How far a rollout got, at one moment.
 *
 * @param planVersions of the routes that should be served
 * @param deciders every decision service that counts, as it stands with a route
 * @param proxies those that serve a route; a route without any is absent
 * @param unheard operators whose nodes nothing is known of
 * @param observed what connected decision services say that they saw, by their names
 */
public record Progress(
    Map<RouteId, String> planVersions,
    Function<RouteId, List<Report>> deciders,
    Map<RouteId, List<Report>> proxies,
    SortedSet<String> unheard,
    SortedMap<String, Observations> observed) {

  /** There is nobody of whom nothing is known, and nobody saw anything. */
  public Progress(
      Map<RouteId, String> planVersions,
      Function<RouteId, List<Report>> deciders,
      Map<RouteId, List<Report>> proxies) {
    this(
        planVersions,
        deciders,
        proxies,
        Collections.emptySortedSet(),
        Collections.emptySortedMap());
  }

  /** One node and where it stands. */
  public record Report(String node, NodeState state) {}

  /** The version of a route's plan; empty when there is none. */
  public Optional<String> planVersion(RouteId route) {
    return Optional.ofNullable(planVersions.get(route));
  }

  /** Every decision service that counts, as it stands with the route. */
  public List<Report> decidersOf(RouteId route) {
    return deciders.apply(route);
  }

  /** The proxies that serve the route, as they stand with all that they should hold. */
  public List<Report> proxiesOf(RouteId route) {
    return proxies.getOrDefault(route, List.of());
  }
}
