// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Target;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A policy's claim to a route.
 *
 * @param narrow whether it names the very section that the route stands for; a route of a whole
 *     Service has wide claims only
 */
record Claim(Speaker speaker, Target target, boolean narrow) {
  /** By rank: the narrower first, then the older. */
  private static final Comparator<Claim> BY_RANK =
      Comparator.comparing(Claim::narrow).reversed().thenComparing(Claim::speaker, Speaker.BY_AGE);

  PolicyRef ref() {
    return speaker.ref();
  }

  /** The claims to each route that anybody claims, by rank; at most one of each policy. */
  static SortedMap<RouteId, List<Claim>> byRoute(List<Speaker> speakers) {
    Map<ServiceName, List<Claim>> byService = new HashMap<>();
    for (Speaker speaker : speakers) {
      for (Target target : speaker.targets()) {
        byService
            .computeIfAbsent(
                new ServiceName(target.namespace(), target.service()), _ -> new ArrayList<>())
            .add(new Claim(speaker, target, target.section() != null));
      }
    }
    SortedMap<RouteId, List<Claim>> routes = new TreeMap<>();
    for (List<Claim> claims : byService.values()) {
      for (Claim claim : claims) {
        routes.computeIfAbsent(claim.target.route(), _ -> onRoute(claim.target, claims));
      }
    }
    return routes;
  }

  private static List<Claim> onRoute(Target route, List<Claim> ofService) {
    Map<PolicyRef, Claim> best = new HashMap<>();
    for (Claim claim : ofService) {
      boolean same = Objects.equals(claim.target.section(), route.section());
      if (same || claim.target.section() == null) {
        best.merge(claim.ref(), claim, (one, other) -> one.narrow ? one : other);
      }
    }
    return best.values().stream().sorted(BY_RANK).toList();
  }
}
