// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts the cases of a suite to a target, in their order. */
public final class SuiteRunner {
  private final Fixtures fixtures;
  private final Target target;

  public SuiteRunner(Fixtures fixtures, Target target) {
    this.fixtures = fixtures;
    this.target = target;
  }

  /** Runs the cases that the layer can ask; each result is reported as it comes. */
  public List<CaseResult> run(List<Case> cases, Case.Layer layer, Consumer<CaseResult> report) {
    List<CaseResult> results = new ArrayList<>();
    for (Case testCase : cases) {
      if (testCase.layers().contains(layer)) {
        CaseResult result = run(testCase);
        results.add(result);
        report.accept(result);
      }
    }
    return results;
  }

  private CaseResult run(Case testCase) {
    long start = System.nanoTime();
    @Nullable Observation seen = null;
    List<String> differences = List.of();
    try {
      Case.Request request = fixtures.fill(testCase.request());
      for (int i = 0; i < testCase.repeat() && differences.isEmpty(); i++) {
        seen = target.send(testCase.service(), request);
        differences = testCase.expect().differences(seen);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      differences = List.of("interrupted");
    } catch (Exception e) {
      differences = List.of("could not be asked: " + e);
    }
    return new CaseResult(testCase, seen, differences, Duration.ofNanos(System.nanoTime() - start));
  }
}
