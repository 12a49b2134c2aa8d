// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.policytest;

import dev.portcullis.cli.through.EngineTarget;
import dev.portcullis.cli.through.SuiteGeo;
import dev.portcullis.cli.through.SuitePolicies;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.Suite;
import dev.portcullis.suite.SuiteRunner;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Runs suites against the engine in this process, each with an engine and fixtures of its own. */
public final class SuiteRun {
  private SuiteRun() {}

  /**
   * Compiles the policies of a suite and puts its cases to them, in their order.
   *
   * @param which cases to put; limits remember only those
   * @throws dev.portcullis.cli.CommandException when the engine does not take the policies
   */
  public static SuiteReport of(Suite suite, Predicate<Case> which) {
    long start = System.nanoTime();
    Fixtures fixtures = new Fixtures(suite, Clock.systemUTC());
    SuitePolicies policies = SuitePolicies.compile(suite, fixtures);
    EngineTarget target = new EngineTarget(policies.result(), fixtures, new SuiteGeo(suite.geo()));
    List<Case> cases = suite.cases().stream().filter(which).toList();
    return new SuiteReport(
        suite,
        policies.diagnostics(),
        new SuiteRunner(fixtures, target).run(cases, Case.Layer.ENGINE, _ -> {}),
        Duration.ofNanos(System.nanoTime() - start));
  }
}
