// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Allow rules in CEL, of which the last one holds. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class RuleBenchmark {
  @Param({"1", "10", "100"})
  int rules;

  private Engine engine;
  private Requests requests;

  /** Loads the plan. */
  @Setup
  public void load() {
    engine = Engines.of(Plans.route(null, Plans.rules(rules), List.of(), null));
    requests = new Requests(SampleRequest.bearing("unused"));
  }

  /** Decides. */
  @Benchmark
  public Decision decide() {
    return engine.decide(Plans.ROUTE.value(), requests.next());
  }
}
