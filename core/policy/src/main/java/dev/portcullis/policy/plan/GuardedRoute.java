// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.Cidr;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A route with the policies that guard it, merged. An absent section demands nothing.
 *
 * @param failureMode for Envoy only: what happens when it gets no answer
 * @param transport how callers connect; null: as {@link #mtls} says
 * @param trustedProxies whose {@code X-Forwarded-For} is believed; empty means the peer is the
 *     client
 * @param cors for Envoy only: which pages may call from a browser; null: Envoy adds nothing
 * @param request checks of the request's form
 * @param geo from which countries clients may call; null: from any
 * @param authentication who may call; null: nobody is asked
 * @param authorization what callers may do; null: whoever authenticated may pass
 * @param limits each applies
 * @param floodGuards each applies
 * @param bot how requests are scored; null: no score
 * @param labels of the Services that the route stands for, for expressions; null: none reads them
 * @param legacyHeaders what clients are told of their limits beside RateLimit; null: no more
 * @param overload who gives way while the service is overloaded; null: nobody
 */
public record GuardedRoute(
    RouteId id,
    FailureMode failureMode,
    @Nullable TransportSpec transport,
    List<Cidr> trustedProxies,
    @Nullable CorsSpec cors,
    @Nullable RequestSpec request,
    @Nullable GeoSpec geo,
    @Nullable AuthenticationSpec authentication,
    @Nullable AuthorizationSpec authorization,
    List<LimitSpec> limits,
    List<FloodGuardSpec> floodGuards,
    @Nullable BotSpec bot,
    AuditSpec audit,
    List<PolicyRef> sources,
    @Nullable SortedMap<String, String> labels,
    @Nullable LegacyHeaders legacyHeaders,
    @Nullable OverloadSpec overload)
    implements RoutePlan {

  public GuardedRoute {
    trustedProxies = List.copyOf(trustedProxies);
    limits = List.copyOf(limits);
    // A plan that was written before there were any says nothing of them.
    floodGuards = floodGuards == null ? List.of() : List.copyOf(floodGuards);
    sources = List.copyOf(sources);
    labels = labels == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  /**
   * One of which no expression reads labels, of whose limits RateLimit tells all, and where nobody
   * gives way.
   */
  public GuardedRoute(
      RouteId id,
      FailureMode failureMode,
      @Nullable TransportSpec transport,
      List<Cidr> trustedProxies,
      @Nullable CorsSpec cors,
      @Nullable RequestSpec request,
      @Nullable GeoSpec geo,
      @Nullable AuthenticationSpec authentication,
      @Nullable AuthorizationSpec authorization,
      List<LimitSpec> limits,
      List<FloodGuardSpec> floodGuards,
      @Nullable BotSpec bot,
      AuditSpec audit,
      List<PolicyRef> sources) {
    this(
        id,
        failureMode,
        transport,
        trustedProxies,
        cors,
        request,
        geo,
        authentication,
        authorization,
        limits,
        floodGuards,
        bot,
        audit,
        sources,
        null,
        null,
        null);
  }

  /** Whether the decision about a request may take others to ask, which takes seconds. */
  public boolean asksOthers() {
    return authentication != null
        && authentication.methods().stream()
            .anyMatch(AuthMethodSpec.Introspection.class::isInstance);
  }

  /**
   * What Envoy does with connections to this route. A shadow changes nothing, so it counts as if it
   * were absent; and when nothing is said, whoever brings a certificate is authenticated by it.
   */
  public MtlsMode mtls() {
    return transport == null || transport.mode() == Mode.SHADOW
        ? MtlsMode.PERMISSIVE
        : transport.mtls();
  }
}
