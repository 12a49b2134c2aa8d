// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.authentication.AuthenticatorFactory;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScorerFactory;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.DecisionIds;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.overload.LoadReport;
import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.overload.OverloadState;
import dev.portcullis.engine.plan.PlanHolder;
import dev.portcullis.engine.plan.RouteLoader;
import dev.portcullis.engine.plan.RouteProgram;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The engine: holds the plans and runs the pipeline. */
public final class PolicyEngine implements Engine {
  private static final RuleRef ENGINE = new RuleRef(Phase.HYGIENE, null, null);

  private final PlanHolder plans;
  private final Supplier<String> ids;
  private final boolean traced;

  /** An engine without plans: every route is unknown to it, and so refused. */
  public PolicyEngine(
      AuthenticatorFactory authenticators,
      BotScorerFactory scorers,
      QuotaStores stores,
      GeoSource geo,
      AddressLists lists) {
    this(authenticators, scorers, stores, geo, lists, false);
  }

  /**
   * An engine without plans.
   *
   * @param traced whether decisions tell what they went through
   */
  public PolicyEngine(
      AuthenticatorFactory authenticators,
      BotScorerFactory scorers,
      QuotaStores stores,
      GeoSource geo,
      AddressLists lists,
      boolean traced) {
    this(authenticators, scorers, stores, geo, lists, new DecisionIds(), traced);
  }

  PolicyEngine(
      AuthenticatorFactory authenticators,
      BotScorerFactory scorers,
      QuotaStores stores,
      GeoSource geo,
      AddressLists lists,
      Supplier<String> ids,
      boolean traced) {
    this.plans = new PlanHolder(new RouteLoader(authenticators, scorers, stores, geo, lists));
    this.ids = ids;
    this.traced = traced;
  }

  @Override
  public Decision decide(String route, RequestContext request) {
    Outcome outcome = start(route, request, Patience.COMPUTING);
    while (outcome instanceof Suspended suspended) {
      Inquiry inquiry = suspended.inquiry();
      if (inquiry == null) {
        return suspended.refuse("it waits for more than this thread can do");
      }
      inquiry.ask();
      outcome = suspended.resume();
    }
    return (Decision) outcome;
  }

  @Override
  public Outcome begin(String route, RequestContext request) {
    return start(route, request, Patience.NONE);
  }

  private Outcome start(String route, RequestContext request, Patience patience) {
    String id = ids.get();
    return switch (plans.find(route)) {
      case null ->
          refused(
              id,
              route,
              request,
              new Refusal(DenyReason.ROUTE_UNKNOWN, ENGINE, DenyReason.ROUTE_UNKNOWN.title(), ""));
      case RouteProgram.Closed closed ->
          refused(
              id,
              route,
              request,
              new Refusal(
                  DenyReason.ROUTE_CLOSED,
                  closed.owner(),
                  DenyReason.ROUTE_CLOSED.title(),
                  closed.cause()));
      case RouteProgram.Guarded guarded ->
          Pipeline.decide(id, guarded, request, patience, traced ? new Trace() : null);
    };
  }

  private static Decision refused(
      String id, String route, RequestContext request, Refusal refusal) {
    return new Decision(
        id,
        route,
        refusal,
        refusal.by(),
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
        AuditSpec.refusalsOnly(),
        List.of(),
        List.of(),
        null,
        null);
  }

  @Override
  public Map<RouteId, String> apply(
      Collection<? extends RoutePlan> put, Collection<RouteId> remove) {
    return plans.apply(put, remove);
  }

  @Override
  public Map<RouteId, String> replace(Collection<? extends RoutePlan> routes) {
    return plans.replace(routes);
  }

  @Override
  public void hear(String route, LoadReport report, long now) {
    OverloadControl control =
        plans.find(route) instanceof RouteProgram.Guarded guarded ? guarded.overload() : null;
    if (control != null) {
      control.hear(report, now);
    }
  }

  @Override
  public SortedMap<String, OverloadState> overloads(long now) {
    SortedMap<String, OverloadState> states = new TreeMap<>();
    plans
        .all()
        .forEach((route, program) -> {
          if (program instanceof RouteProgram.Guarded guarded && guarded.overload() != null) {
            states.put(route, guarded.overload().state(now));
          }
        });
    return states;
  }

  /** Number of routes that are held, closed ones included. */
  public int routes() {
    return plans.size();
  }
}
