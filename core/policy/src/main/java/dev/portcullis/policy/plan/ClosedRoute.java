// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/**
 * A route that nothing may pass, because no version of a policy that claims it could be compiled,
 * or because no policy speaks for it.
 *
 * @param reason why, as clients may learn it
 * @param detail why, as operators learn it (status, explain); never sent to clients
 */
public record ClosedRoute(RouteId id, Reason reason, String detail, List<PolicyRef> sources)
    implements RoutePlan {

  /** Why a route is closed. */
  public enum Reason {
    /** A policy was never accepted, so there is no last good version to decide by. */
    POLICY_NOT_ACCEPTED,
    /** No policy at all targets the route. */
    NO_POLICY
  }

  public ClosedRoute {
    sources = List.copyOf(sources);
  }
}
