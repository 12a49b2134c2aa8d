// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.plan;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.AuthenticatorFactory;
import dev.portcullis.engine.bot.BotScorerFactory;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.overload.OverloadControl;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.engine.phase.AuthenticationStep;
import dev.portcullis.engine.phase.AuthorizationStep;
import dev.portcullis.engine.phase.BotActionStep;
import dev.portcullis.engine.phase.BotScoreStep;
import dev.portcullis.engine.phase.ClientAddress;
import dev.portcullis.engine.phase.FailedCredentialsStep;
import dev.portcullis.engine.phase.GeoStep;
import dev.portcullis.engine.phase.HygieneStep;
import dev.portcullis.engine.phase.LimitSteps;
import dev.portcullis.engine.phase.OverloadStep;
import dev.portcullis.engine.phase.PhaseStep;
import dev.portcullis.engine.phase.RequestStep;
import dev.portcullis.engine.phase.TransportStep;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RoutePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compiles route plans. */
public final class RouteLoader {
  /** Envoy waits for so long at most for a decision, and where it takes others to ask. */
  private static final Duration USUAL_CHECK = Duration.ofMillis(250);

  private static final Duration LONGEST_CHECK = Duration.ofSeconds(5);

  private final AuthenticatorFactory authenticators;
  private final BotScorerFactory scorers;
  private final QuotaStores stores;
  private final GeoSource geo;
  private final AddressLists lists;

  /** Takes the makers of what plans ask for. */
  public RouteLoader(
      AuthenticatorFactory authenticators,
      BotScorerFactory scorers,
      QuotaStores stores,
      GeoSource geo,
      AddressLists lists) {
    this.authenticators = authenticators;
    this.scorers = scorers;
    this.stores = stores;
    this.geo = geo;
    this.lists = lists;
  }

  /**
   * Compiles a plan.
   *
   * @param former of the same route, which knows how its service fares; null: there was none
   * @throws UnloadablePlanException saying what in it cannot be used
   */
  public RouteProgram load(RoutePlan plan, @Nullable RouteProgram former)
      throws UnloadablePlanException {
    RuleRef owner = new RuleRef(Phase.HYGIENE, first(plan.sources()), null);
    return switch (plan) {
      case ClosedRoute closed ->
          new RouteProgram.Closed(
              closed.id().value(), owner, closed.reason() + ": " + closed.detail());
      case GuardedRoute guarded -> load(guarded, owner, overload(guarded, former));
    };
  }

  private static @Nullable PolicyRef first(List<PolicyRef> sources) {
    return sources.isEmpty() ? null : sources.getFirst();
  }

  /** An edit must not make it forget what it learnt, unless it means nothing after it. */
  private static @Nullable OverloadControl overload(
      GuardedRoute route, @Nullable RouteProgram former) {
    OverloadSpec spec = route.overload();
    if (spec == null) {
      return null;
    }
    Duration guards = guards(route);
    OverloadControl known =
        former instanceof RouteProgram.Guarded guarded ? guarded.overload() : null;
    return known == null ? new OverloadControl(spec, guards) : known.edited(spec, guards);
  }

  /** For how long a sidecar may hold a request of the route, and wait for the decision about it. */
  private static Duration guards(GuardedRoute route) {
    Duration longest = Duration.ZERO;
    for (LimitSpec limit : route.limits()) {
      Duration held = limit.delays() ? limit.maxDelay() : null;
      longest = held == null || held.compareTo(longest) < 0 ? longest : held;
    }
    return longest.plus(route.asksOthers() ? LONGEST_CHECK : USUAL_CHECK);
  }

  private RouteProgram.Guarded load(
      GuardedRoute route, RuleRef owner, @Nullable OverloadControl overload)
      throws UnloadablePlanException {
    PathIndex.Builder index = new PathIndex.Builder();
    List<PhaseStep> steps = new ArrayList<>();
    steps.add(new HygieneStep());
    if (route.transport() != null) {
      steps.add(new TransportStep(route.transport()));
    }
    if (route.request() != null) {
      steps.add(new RequestStep(route.request(), lists));
    }
    if (route.geo() != null) {
      steps.add(new GeoStep(route.geo(), geo));
    }
    if (route.bot() != null) {
      steps.add(
          new BotScoreStep(
              route.bot().source(),
              RequestMatcher.lenient(route.bot().match(), index),
              scorers.create(route.bot())));
      steps.add(new BotActionStep(route.bot()));
    }
    FailedCredentialsStep guard = null;
    if (!route.floodGuards().isEmpty()) {
      guard = new FailedCredentialsStep(route.floodGuards(), stores.own());
      steps.add(guard);
    }
    if (route.authentication() != null) {
      steps.add(
          new AuthenticationStep(
              route.authentication(),
              authenticators.create(route.id(), route.authentication()),
              guard));
    }
    if (route.authorization() != null) {
      steps.add(new AuthorizationStep(route.authorization(), index));
    }
    // Ahead of the limits of its phase: they are not charged for what gives way.
    if (overload != null) {
      steps.add(new OverloadStep(overload));
    }
    steps.addAll(new LimitSteps(route.limits(), index, stores).steps());
    steps.sort(Comparator.comparing(PhaseStep::phase));
    return new RouteProgram.Guarded(
        route.id().value(),
        route.labels() == null ? Map.of() : route.labels(),
        steps,
        index.build(),
        new ClientAddress(CidrSet.of(route.trustedProxies())),
        geo,
        owner,
        route.legacyHeaders(),
        overload,
        identityHeaders(route.authentication()),
        route.audit());
  }

  private static List<String> identityHeaders(@Nullable AuthenticationSpec authentication) {
    SortedSet<String> names = new TreeSet<>();
    names.add(BotActionStep.SCORE_HEADER);
    if (authentication != null) {
      for (AuthMethodSpec method : authentication.methods()) {
        method.claimsToHeaders().forEach(claim -> names.add(claim.header()));
      }
    }
    return List.copyOf(names);
  }
}
