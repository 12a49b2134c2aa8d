// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The limits of the plan by their names. Read by every thread; replaced by the plan thread. */
public final class NamedLimits {
  private static final int SHOWN = 20;

  private volatile Map<String, LimitSpec> limits = Map.of();

  /** Takes all routes that are at work. */
  public void replace(Collection<RoutePlan> routes) {
    Map<String, LimitSpec> next = new HashMap<>();
    for (RoutePlan route : routes) {
      if (route instanceof GuardedRoute guarded) {
        guarded.limits().forEach(limit -> next.putIfAbsent(NamedLimit.name(limit), limit));
      }
    }
    limits = Map.copyOf(next);
  }

  /** The limit; null: no route has it, or it cannot be counted. */
  @Nullable NamedLimit find(String name) {
    LimitSpec spec = limits.get(name);
    try {
      return spec == null ? null : new NamedLimit(spec);
    } catch (UnloadablePlanException e) {
      // The route that has it is closed, and the plan's status says why.
      return null;
    }
  }

  /** The limits of a policy, for who misspelt one; not all of many. */
  List<String> of(String policy) {
    return limits.keySet().stream()
        .filter(name -> name.startsWith(policy + "/"))
        .sorted()
        .limit(SHOWN)
        .toList();
  }
}
