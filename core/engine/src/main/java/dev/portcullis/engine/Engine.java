// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.overload.LoadReport;
import dev.portcullis.engine.overload.OverloadState;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;

/**
 * Decides requests by the plans that are loaded. Thread-safe.
 *
 * <p>Deciding does no I/O by itself and never throws; whatever goes wrong inside it is a refusal.
 */
public interface Engine {

  /**
   * Decides one request, on the calling thread and to the end: milliseconds where a signature must
   * be verified, seconds where somebody else must be asked.
   *
   * @param route the id from Envoy's context extensions; an unknown one is refused
   */
  Decision decide(String route, RequestContext request);

  /**
   * Begins to decide one request on a thread that serves connections: it is kept for microseconds.
   *
   * @param route as for {@link #decide}
   * @return the decision, or what another thread has to go on with
   */
  Outcome begin(String route, RequestContext request);

  /**
   * Loads some routes and drops others; all other routes stay as they are. Each route changes
   * atomically, and a request in flight ends by the version with which it began.
   *
   * @return why a route could not be loaded; it keeps its former version, or is closed when it has
   *     none
   */
  Map<RouteId, String> apply(Collection<? extends RoutePlan> put, Collection<RouteId> remove);

  /** Loads exactly these routes and drops all others; returns what {@link #apply} returns. */
  Map<RouteId, String> replace(Collection<? extends RoutePlan> routes);

  /**
   * Hears how a request fared of which a decision wanted to be told.
   *
   * @param now in nanoseconds since 1970
   */
  void hear(String route, LoadReport report, long now);

  /**
   * What routes give up now, by route, of those whose policies have {@code overload}.
   *
   * @param now in nanoseconds since 1970
   */
  SortedMap<String, OverloadState> overloads(long now);
}
