// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.suite.Case;
import dev.portcullis.suite.CaseResult;
import dev.portcullis.suite.SuiteRunner;
import dev.portcullis.suite.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/** Cases of a suite as tests, in their order. */
final class CorpusCases {
  private CorpusCases() {}

  static List<DynamicTest> of(CorpusFiles corpus, Case.Layer layer, Target target) {
    return of(corpus, layer, target, null);
  }

  /**
   * The cases that a layer can ask.
   *
   * @param arrivals how many requests the upstream has ever had; null: nobody counts. A case whose
   *     answers come from the gate leaves the number as it was, and each other answer is one
   *     request: none came along unseen
   */
  static List<DynamicTest> of(
      CorpusFiles corpus, Case.Layer layer, Target target, @Nullable LongSupplier arrivals) {
    SuiteRunner runner = new SuiteRunner(corpus.fixtures(), target);
    List<DynamicTest> tests = new ArrayList<>();
    for (Case each : corpus.suite().cases()) {
      if (each.layers().contains(layer)) {
        tests.add(
            DynamicTest.dynamicTest(
                each.name(),
                () -> {
                  long before = arrivals == null ? 0 : arrivals.getAsLong();
                  CaseResult result = runner.run(List.of(each), layer, _ -> {}).getFirst();
                  assertThat(result.differences()).as(each.toString()).isEmpty();
                  if (arrivals != null) {
                    boolean reached =
                        Objects.requireNonNull(result.observation()).reachedUpstream();
                    assertThat(arrivals.getAsLong() - before)
                        .as("requests that the upstream had of " + each)
                        .isEqualTo(reached ? each.repeat() : 0);
                  }
                }));
      }
    }
    return tests;
  }
}
