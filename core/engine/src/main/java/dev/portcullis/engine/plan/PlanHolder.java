// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.plan;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The programs of all routes, exchanged as one. Readers take no lock; writers take turns.
 *
 * <p>What an exchange does not name keeps its program: one edit compiles one route.
 */
public final class PlanHolder {
  private final RouteLoader loader;
  private volatile Map<String, RouteProgram> programs = Map.of();

  /** Holds nothing yet, so every route is unknown. */
  public PlanHolder(RouteLoader loader) {
    this.loader = loader;
  }

  /** The program of a route, or null when the route is not known. */
  public @Nullable RouteProgram find(String route) {
    return programs.get(route);
  }

  /** The programs of all routes by their ids. */
  public Map<String, RouteProgram> all() {
    return Collections.unmodifiableMap(programs);
  }

  /** Number of routes, closed ones included. */
  public int size() {
    return programs.size();
  }

  /** Loads some and drops others; returns why a route could not be loaded. */
  public synchronized Map<RouteId, String> apply(
      Collection<? extends RoutePlan> put, Collection<RouteId> remove) {
    Map<String, RouteProgram> next = new HashMap<>(programs);
    for (RouteId route : remove) {
      next.remove(route.value());
    }
    Map<RouteId, String> rejected = load(put, next);
    programs = next;
    return rejected;
  }

  /** Loads exactly these; returns why a route could not be loaded. */
  public synchronized Map<RouteId, String> replace(Collection<? extends RoutePlan> routes) {
    Map<String, RouteProgram> next = new HashMap<>();
    for (RoutePlan route : routes) {
      RouteProgram former = programs.get(route.id().value());
      if (former != null) {
        next.put(route.id().value(), former);
      }
    }
    Map<RouteId, String> rejected = load(routes, next);
    programs = next;
    return rejected;
  }

  private Map<RouteId, String> load(
      Collection<? extends RoutePlan> plans, Map<String, RouteProgram> into) {
    Map<RouteId, String> rejected = new TreeMap<>();
    for (RoutePlan plan : plans) {
      String id = plan.id().value();
      try {
        into.put(id, loader.load(plan, into.get(id)));
      } catch (UnloadablePlanException e) {
        reject(plan, String.valueOf(e.getMessage()), into, rejected);
      } catch (RuntimeException e) {
        reject(plan, e.toString(), into, rejected);
      }
    }
    return rejected;
  }

  private static void reject(
      RoutePlan plan, String why, Map<String, RouteProgram> into, Map<RouteId, String> rejected) {
    rejected.put(plan.id(), why);
    RuleRef owner =
        new RuleRef(
            Phase.HYGIENE, plan.sources().isEmpty() ? null : plan.sources().getFirst(), null);
    into.putIfAbsent(plan.id().value(), new RouteProgram.Closed(plan.id().value(), owner, why));
  }
}
