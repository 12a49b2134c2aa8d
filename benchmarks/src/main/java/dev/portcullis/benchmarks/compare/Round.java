// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One round of one server.
 *
 * @param cpuSeconds of the server per 100 000 decisions
 */
record Round(double cpuSeconds, double perSecond, double p50Millis, double p99Millis) {
  /** Decisions that CPU seconds are told of. */
  static final double UNIT = 100_000;

  /** Puts the load on the server and reads what it cost. */
  static Round run(LoadGenerator load, ProcessCosts costs, int count) throws InterruptedException {
    double before = costs.cpuSeconds();
    Load seen = load.run(count);
    double used = costs.cpuSeconds() - before;
    return new Round(used * UNIT / count, seen.perSecond(), seen.p50Millis(), seen.p99Millis());
  }

  /** The median of each figure by itself. */
  static Round median(List<Round> rounds) {
    return new Round(
        median(rounds, Round::cpuSeconds),
        median(rounds, Round::perSecond),
        median(rounds, Round::p50Millis),
        median(rounds, Round::p99Millis));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return median(rounds.stream().mapToDouble(figure).toArray());
  }

  /** The middle one of some figures, or the mean of the two in the middle. */
  static double median(double... figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
