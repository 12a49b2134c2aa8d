// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices routes with limits that replicas are to count together, in a replica without a store to
 * share. Such a limit is counted by each replica alone, which nobody would see until it is too
 * late. Thread-safe for one writer.
 */
public final class StorelessLimits {
  private static final Logger LOG = LoggerFactory.getLogger(StorelessLimits.class);

  /** Plans may come route by route: it is said again when they have become so many times more. */
  private static final int MORE = 10;

  private volatile int routes;
  private int said;

  /** Looks at all routes, after each change of them; says so when there is the first. */
  public void look(Collection<RoutePlan> plans) {
    List<String> found =
        plans.stream()
            .filter(StorelessLimits::isToBeShared)
            .map(plan -> plan.id().value())
            .sorted()
            .toList();
    if (found.isEmpty()) {
      said = 0;
    } else if (said == 0 || found.size() >= MORE * said) {
      said = found.size();
      LOG.atWarn()
          .addKeyValue(LogKeys.NAME, found.getFirst())
          .addKeyValue(LogKeys.ROUTES, found.size())
          .log("each replica counts limits of store.scope Cluster alone: --valkey is not given");
    }
    routes = found.size();
  }

  private static boolean isToBeShared(RoutePlan plan) {
    return plan instanceof GuardedRoute guarded
        && guarded.limits().stream().anyMatch(limit -> limit.sharing() != null);
  }

  /** Routes with such limits. */
  public int routes() {
    return routes;
  }
}
