// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.route;

import dev.portcullis.envoy.Upstream;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * An upstream with all that a plan means for Envoy there. Everything else of a plan is the decision
 * service's.
 *
 * @param route whose plan the decision service is asked about
 * @param failureMode what happens when it does not answer
 * @param maxBodyBytes what Envoy lets pass of a request's body; absent: any
 * @param claimHeaders names in lower case of the headers that only Portcullis may set
 */
public record GuardedUpstream(
    Upstream upstream,
    RouteId route,
    FailureMode failureMode,
    OptionalLong maxBodyBytes,
    SortedSet<String> claimHeaders) {

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
    RoutePlan plan = routes.get(id);
    return switch (plan) {
      case null -> closed(upstream, id);
      case ClosedRoute _ -> closed(upstream, id);
      case GuardedRoute guarded ->
          new GuardedUpstream(
              upstream, id, guarded.failureMode(), maxBodyBytes(guarded), claimHeaders(guarded));
    };
  }

  private static GuardedUpstream closed(Upstream upstream, RouteId id) {
    return new GuardedUpstream(
        upstream, id, FailureMode.DENY, OptionalLong.empty(), new TreeSet<>());
  }

  private static OptionalLong maxBodyBytes(GuardedRoute route) {
    RequestSpec request = route.request();
    Long max = request == null || request.mode() == Mode.SHADOW ? null : request.maxBodyBytes();
    return max == null ? OptionalLong.empty() : OptionalLong.of(max);
  }

  /** Also of methods in shadow mode: a header that only sometimes is ours is nobody's. */
  private static SortedSet<String> claimHeaders(GuardedRoute route) {
    SortedSet<String> names = new TreeSet<>();
    if (route.authentication() == null) {
      return names;
    }
    List<AuthMethodSpec> methods = route.authentication().methods();
    for (AuthMethodSpec method : methods) {
      switch (method) {
        case AuthMethodSpec.Jwt jwt ->
            jwt.claimsToHeaders()
                .forEach(claim -> names.add(claim.header().toLowerCase(Locale.ROOT)));
        case AuthMethodSpec.ApiKey _, AuthMethodSpec.Anonymous _ -> {}
      }
    }
    return names;
  }
}
