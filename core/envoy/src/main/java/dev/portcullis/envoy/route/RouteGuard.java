// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.route;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.CorsSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that a plan means for Envoy on one route. Everything else of a plan is the decision
 * service's.
 *
 * @param route whose plan the decision service is asked about
 * @param failureMode what happens when it does not answer
 * @param patient whether it may ask others before it answers, which takes seconds
 * @param maxBodyBytes what Envoy lets pass of a request's body; absent: any
 * @param cors which pages may call from a browser, with the headers that they may send; null: Envoy
 *     adds nothing
 * @param floodGuards what it refuses before anybody is asked
 * @param peersAreClients whether addresses may be counted by the peers of connections
 * @param delays whether the decision service may have it hold requests
 * @param claimHeaders names in lower case of the headers that only Portcullis may set
 */
public record RouteGuard(
    RouteId route,
    FailureMode failureMode,
    boolean patient,
    OptionalLong maxBodyBytes,
    @Nullable CorsSpec cors,
    List<FloodGuardSpec> floodGuards,
    boolean peersAreClients,
    boolean delays,
    SortedSet<String> claimHeaders) {

  public RouteGuard {
    floodGuards = List.copyOf(floodGuards);
    claimHeaders = Collections.unmodifiableSortedSet(new TreeSet<>(claimHeaders));
  }

  /**
   * What a plan means.
   *
   * @param plan null: none, so the decision service does not know the route and refuses
   */
  public static RouteGuard of(RouteId id, @Nullable RoutePlan plan) {
    return switch (plan) {
      case null -> closed(id);
      case ClosedRoute _ -> closed(id);
      case GuardedRoute guarded ->
          new RouteGuard(
              id,
              guarded.failureMode(),
              guarded.asksOthers(),
              maxBodyBytes(guarded),
              cors(guarded),
              guarded.floodGuards(),
              guarded.trustedProxies().isEmpty(),
              guarded.limits().stream().anyMatch(LimitSpec::delays),
              claimHeaders(guarded));
    };
  }

  private static RouteGuard closed(RouteId id) {
    return new RouteGuard(
        id,
        FailureMode.DENY,
        false,
        OptionalLong.empty(),
        null,
        List.of(),
        true,
        false,
        new TreeSet<>());
  }

  private static OptionalLong maxBodyBytes(GuardedRoute route) {
    RequestSpec request = route.request();
    Long max = request == null || request.mode() == Mode.SHADOW ? null : request.maxBodyBytes();
    return max == null ? OptionalLong.empty() : OptionalLong.of(max);
  }

  private static @Nullable CorsSpec cors(GuardedRoute route) {
    CorsSpec cors = route.cors();
    if (cors == null || cors.mode() == Mode.SHADOW) {
      return null;
    }
    CorsSpec told =
        route.legacyHeaders() == null ? cors : cors.alsoExposing(route.legacyHeaders().names());
    return told.headers().isEmpty() ? told.withHeaders(usualHeaders(route)) : told;
  }

  /** What a page has to send so that it can be let in. */
  private static List<String> usualHeaders(GuardedRoute route) {
    SortedSet<String> headers = new TreeSet<>(List.of("content-type"));
    if (route.authentication() != null) {
      route.authentication().methods().stream()
          .flatMap(method -> method.from().stream())
          .filter(place -> place.kind() == CredentialLocation.Kind.HEADER)
          .forEach(place -> headers.add(place.name()));
      if (route.authentication().methods().stream().anyMatch(RouteGuard::wantsProof)) {
        headers.add("dpop");
      }
    }
    return List.copyOf(headers);
  }

  private static boolean wantsProof(AuthMethodSpec method) {
    return method instanceof AuthMethodSpec.Jwt jwt && jwt.proof() instanceof ProofSpec.Dpop;
  }

  /** Also of methods in shadow mode: a header that only sometimes is ours is nobody's. */
  private static SortedSet<String> claimHeaders(GuardedRoute route) {
    SortedSet<String> names = new TreeSet<>();
    if (route.authentication() == null) {
      return names;
    }
    for (AuthMethodSpec method : route.authentication().methods()) {
      method.claimsToHeaders().forEach(claim -> names.add(claim.header().toLowerCase(Locale.ROOT)));
    }
    return names;
  }
}
