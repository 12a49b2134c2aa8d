// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/** What the decision service does with requests that Envoy says belong to one route. */
public sealed interface RoutePlan permits GuardedRoute, ClosedRoute {

  /**
   * Stable for the life of the target; travels in Envoy's context extensions and never in anything
   * a client sends.
   */
  RouteId id();

  /** The policies that this plan was made from, in the order of their rank. */
  List<PolicyRef> sources();
}
