// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.through.PlannedLists;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.Endpoint;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.bot.v1.ProfileV1;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.limit.EndedAtOnce;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides recorded requests again, in their order, by a set of policies. Limits count with the
 * times of the requests. Used by one thread.
 */
final class Replay {
  /** What the log leaves out of an identity, and what Services are, which no policy says. */
  private static final Set<Variable> UNRECORDED =
      EnumSet.of(
          Variable.AUTH_CLAIMS,
          Variable.AUTH_ACR,
          Variable.AUTH_AMR,
          Variable.AUTH_TIME,
          Variable.ROUTE_LABELS);

  private static final Set<Variable> HEADERS =
      EnumSet.of(Variable.REQUEST_HEADERS, Variable.REQUEST_HEADERS_ALL, Variable.REQUEST_COOKIES);

  private final CompileResult plan;
  private final RecordedCallers callers = new RecordedCallers();
  private final Engine engine;

  /**
   * What becomes of a request.
   *
   * @param decision null: no policy speaks for it
   * @param unknown why that cannot be told; null: it can
   */
  record Answer(@Nullable Decision decision, @Nullable String unknown) {}

  /**
   * @throws CommandException when the engine does not take a route
   */
  Replay(CompileResult plan, GeoSource geo) {
    this.plan = plan;
    this.engine =
        new PolicyEngine(
            callers,
            new ProfileV1(),
            QuotaStores.alone(
                new EndedAtOnce(new InProcessQuotaStore(InProcessQuotaStore.DEFAULT_CAPACITY))),
            geo,
            new PlannedLists(plan.lists(), Map.of()),
            true);
    Map<RouteId, String> failed = new TreeMap<>(engine.replace(plan.routes().values()));
    failed.forEach((route, why) -> {
      throw CommandException.user(route + " does not load: " + why);
    });
  }

  private @Nullable RoutePlan planOf(Endpoint place) {
    return plan.routeOf(place).map(id -> plan.routes().get(id)).orElse(null);
  }

  /** The methods of what stands at a place, by name. */
  Map<String, AuthMethodSpec> methods(Endpoint place) {
    RoutePlan route = planOf(place);
    AuthenticationSpec spec =
        route instanceof GuardedRoute guarded ? guarded.authentication() : null;
    return spec == null
        ? Map.of()
        : spec.methods().stream()
            .collect(Collectors.toMap(AuthMethodSpec::name, Function.identity()));
  }

  /** The share of allowed requests of a place that the log has; 1.0 where nothing guards it. */
  double recorded(Endpoint place) {
    RoutePlan route = planOf(place);
    return route instanceof GuardedRoute guarded ? guarded.audit().sample() : 1.0;
  }

  /**
   * Decides a request again.
   *
   * @param methodsThen under which it was decided
   */
  Answer decide(
      RecordedDecision recorded, Endpoint place, Map<String, AuthMethodSpec> methodsThen) {
    Optional<RouteId> route = plan.routeOf(place);
    if (route.isEmpty()) {
      return new Answer(null, "no policy speaks for it");
    }
    callers.next(recorded, methodsThen);
    Decision decision = engine.decide(route.get().value(), recorded.request());
    Refusal refusal = decision.refusal();
    if (refusal != null && countsFailures(plan.routes().get(route.get()), refusal)) {
      return new Answer(decision, "it depends on which requests failed, which is not recorded");
    }
    return new Answer(decision, unknown(recorded, decision));
  }

  private static boolean countsFailures(@Nullable RoutePlan route, Refusal refusal) {
    if (route instanceof GuardedRoute guarded) {
      for (LimitSpec limit : guarded.limits()) {
        if (limit.count() == LimitSpec.Count.FAILURES
            && limit.source().equals(refusal.by().policy())
            && limit.name().equals(refusal.by().rule())) {
          return true;
        }
      }
    }
    return false;
  }

  private static @Nullable String unknown(RecordedDecision recorded, Decision decision) {
    if (decision.refusal() != null && decision.refusal().reason() == DenyReason.UNAVAILABLE) {
      return decision.refusal().cause();
    }
    Trace trace = decision.trace();
    if (trace == null) {
      throw new IllegalStateException("a traced engine without traces");
    }
    for (Trace.Step step : trace.steps()) {
      for (Variable variable : step.read()) {
        if (UNRECORDED.contains(variable)) {
          return "it depends on " + variable.celName() + ", which is not recorded";
        }
        if (HEADERS.contains(variable)) {
          for (Trace.Look look : step.looks()) {
            String redacted = redacted(recorded, look.condition());
            if (redacted != null) {
              return "it depends on the header " + redacted + ", whose value is not recorded";
            }
          }
        }
      }
    }
    return recorded.cut() ? "it was too long to be recorded whole" : null;
  }

  private static @Nullable String redacted(RecordedDecision recorded, @Nullable String condition) {
    if (condition != null) {
      if (condition.contains("request.cookies") && recorded.redacted().contains("cookie")) {
        return "cookie";
      }
      for (String name : recorded.redacted()) {
        if (condition.contains(name)) {
          return name;
        }
      }
    }
    return null;
  }
}
