// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.overload.LoadReport;
import dev.portcullis.engine.overload.OverloadState;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An engine for tests of what stands around it: a guarded route allows, a closed one refuses, and
 * chosen routes cannot be loaded.
 */
public final class TestEngine implements Engine {
  private final Map<String, RoutePlan> routes = new ConcurrentHashMap<>();
  private final Set<RouteId> unloadable = ConcurrentHashMap.newKeySet();
  private final List<RouteId> loads = new CopyOnWriteArrayList<>();
  private final List<LoadReport> reports = new CopyOnWriteArrayList<>();
  private volatile @Nullable RuntimeException failure;

  /** From now on the route cannot be loaded, or can be again. */
  public void unloadable(String route, boolean now) {
    if (now) {
      unloadable.add(new RouteId(route));
    } else {
      unloadable.remove(new RouteId(route));
    }
  }

  /** Every load of a route so far, in order. */
  public List<String> loads() {
    return loads.stream().map(RouteId::value).toList();
  }

  /** Makes every decision fail. */
  public void failWith(RuntimeException cause) {
    failure = cause;
  }

  public @Nullable RoutePlan route(String id) {
    return routes.get(id);
  }

  @Override
  public Decision decide(String route, RequestContext request) {
    if (failure != null) {
      throw failure;
    }
    return switch (routes.get(route)) {
      case null -> decision(route, request, DenyReason.ROUTE_UNKNOWN, AuditSpec.refusalsOnly());
      case ClosedRoute _ ->
          decision(route, request, DenyReason.ROUTE_CLOSED, AuditSpec.refusalsOnly());
      case GuardedRoute guarded -> decision(route, request, null, guarded.audit());
    };
  }

  @Override
  public Outcome begin(String route, RequestContext request) {
    return decide(route, request);
  }

  @Override
  public void hear(String route, LoadReport report, long now) {
    reports.add(report);
  }

  /** What was heard of how requests fared, in order. */
  public List<LoadReport> reports() {
    return List.copyOf(reports);
  }

  @Override
  public SortedMap<String, OverloadState> overloads(long now) {
    return Collections.emptySortedMap();
  }

  private static Decision decision(
      String route, RequestContext request, @Nullable DenyReason reason, AuditSpec audit) {
    RuleRef by = new RuleRef(Phase.AUTHORIZATION, null, "test");
    return new Decision(
        "01TEST",
        route,
        reason == null ? null : new Refusal(reason, by, "No.", ""),
        by,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null,
        null,
        Identity.NO_END,
        request.peer().address(),
        null,
        audit,
        List.of(),
        List.of(),
        null,
        null);
  }

  @Override
  public Map<RouteId, String> apply(
      Collection<? extends RoutePlan> put, Collection<RouteId> remove) {
    Map<RouteId, String> failures = new HashMap<>();
    remove.forEach(id -> routes.remove(id.value()));
    for (RoutePlan plan : put) {
      loads.add(plan.id());
      if (unloadable.contains(plan.id())) {
        failures.put(plan.id(), "cannot be loaded: the test says so");
      } else {
        routes.put(plan.id().value(), plan);
      }
    }
    return failures;
  }

  @Override
  public Map<RouteId, String> replace(Collection<? extends RoutePlan> wanted) {
    routes.clear();
    return apply(wanted, List.of());
  }
}
