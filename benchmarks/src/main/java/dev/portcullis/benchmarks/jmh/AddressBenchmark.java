// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Address ranges that the client is in none of: up to 256 in a policy, more in lists. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class AddressBenchmark {
  @Param({"1", "16", "256", "10000", "100000"})
  int ranges;

  private Engine engine;
  private Requests requests;

  /** Loads the plan. */
  @Setup
  public void load() {
    engine = Engines.of(Plans.route(Plans.deniedRanges(ranges)));
    requests = new Requests(SampleRequest.bearing("unused"));
  }

  /** Decides. */
  @Benchmark
  public Decision decide() {
    return engine.decide(Plans.ROUTE.value(), requests.next());
  }
}
