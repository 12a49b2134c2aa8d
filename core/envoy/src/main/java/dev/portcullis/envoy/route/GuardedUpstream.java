// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.route;

import dev.portcullis.envoy.Upstream;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Map;

/** An upstream, and how the way to it is guarded. */
public record GuardedUpstream(Upstream upstream, RouteGuard guard) {

  /**
   * Looks up an upstream in a plan. The section's route goes before the whole service's. Without
   * any, the service's is asked about: the decision service does not know it and refuses, and when
   * a first policy comes, nothing here has to change.
   */
  public static GuardedUpstream of(Upstream upstream, Map<RouteId, ? extends RoutePlan> routes) {
    RouteId id =
        routes.containsKey(upstream.sectionRoute())
            ? upstream.sectionRoute()
            : upstream.serviceRoute();
    return new GuardedUpstream(upstream, RouteGuard.of(id, routes.get(id)));
  }
}
