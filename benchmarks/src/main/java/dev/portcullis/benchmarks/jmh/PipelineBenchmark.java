// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.Issuer;
import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One decision: all phases, none, and each alone. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class PipelineBenchmark {

  /** What the route demands. */
  public enum Sections {
    NONE,
    CACHED_TOKEN,
    CEL_RULE,
    LIMIT,
    QUOTA,
    OVERLOAD,
    BOT_SCORE,
    ALL
  }

  @Param Sections sections;

  private Engine engine;
  private Requests requests;

  /** Loads the plan. */
  @Setup
  public void load() {
    Issuer issuer = Issuer.of(JwsAlgorithm.RS256);
    engine = Engines.of(route(issuer));
    requests = new Requests(SampleRequest.bearing(issuer.token()));
  }

  private RoutePlan route(Issuer issuer) {
    return switch (sections) {
      case NONE -> Plans.route(null, null, List.of(), null);
      case CACHED_TOKEN ->
          Plans.route(Plans.authentication(issuer.method()), null, List.of(), null);
      case CEL_RULE ->
          Plans.route(
              null,
              Plans.rules("request.headers[\"sec-fetch-site\"] == \"same-origin\""),
              List.of(),
              null);
      case LIMIT -> Plans.route(null, null, List.of(Plans.limit()), null);
      case QUOTA -> Plans.route(null, null, List.of(Plans.quota()), null);
      case OVERLOAD -> Plans.overloadable();
      case BOT_SCORE -> Plans.route(null, null, List.of(), Plans.bots());
      case ALL -> Plans.full(issuer);
    };
  }

  /** Decides. */
  @Benchmark
  public Decision decide() {
    return engine.decide(Plans.ROUTE.value(), requests.next());
  }
}
