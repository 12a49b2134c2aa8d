// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The facts of each route of the plan, by the id that Envoy sends. Holds routes of the plan only,
 * so that no client can make it grow.
 */
public final class RouteDirectory {
  private final Map<String, RouteFacts> facts = new ConcurrentHashMap<>();

  /**
   * Adds a route, or follows its new version.
   *
   * @param version of its plan
   */
  public void put(RoutePlan plan, String version) {
    facts.compute(
        plan.id().value(),
        (_, known) -> {
          if (known == null) {
            return new RouteFacts(plan, version);
          }
          known.update(plan, version);
          return known;
        });
  }

  /** Forgets a route. */
  public void remove(RouteId id) {
    facts.remove(id.value());
  }

  /** The version of the plan that a route is decided by; null: there is none. From any thread. */
  public @Nullable String version(String route) {
    RouteFacts known = facts.get(route);
    return known == null ? null : known.version();
  }

  @Nullable RouteFacts find(String route) {
    return facts.get(route);
  }

  SortedMap<String, RouteFacts> all() {
    return new TreeMap<>(facts);
  }
}
