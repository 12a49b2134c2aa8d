// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import dev.portcullis.parts.ScratchDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts the servers, warms them, and measures them in turns.
 *
 * @param count decisions of one round
 * @param warmUp decisions of each server before the first round
 * @param starts how often each server is started to time it
 * @param recordings where flight recordings of the rounds go, which then cost more; null: none
 */
record Comparison(
    List<Subject> subjects,
    LoadShape shape,
    int rounds,
    int count,
    int warmUp,
    int starts,
    @Nullable Path recordings) {

  /** A server under load. */
  private record Contestant(
      RunningSubject running,
      LoadGenerator load,
      ProcessCosts costs,
      double restMebibytes,
      List<Round> rounds) {
    void close() throws InterruptedException {
      try {
        load.close();
      } finally {
        running.close();
      }
    }
  }

  /** Measures; tells the progress. */
  List<Measured> run(Consumer<String> progress) throws InterruptedException {
    List<Contestant> contestants = new ArrayList<>();
    try (ScratchDirectory scratch = ScratchDirectory.create("portcullis-compare-")) {
      try {
        Map<Subject, Double> ready = timeStarts(scratch, progress);
        for (Subject subject : subjects) {
          contestants.add(start(subject, scratch));
        }
        for (Contestant one : contestants) {
          progress.accept("warming " + one.running.subject());
          var _ = one.load.run(one.running.subject().share(warmUp));
        }
        contestants.forEach(this::record);
        for (int round = 1; round <= rounds; round++) {
          progress.accept("round " + round + " of " + rounds);
          for (Contestant one : contestants) {
            one.rounds.add(Round.run(one.load, one.costs, one.running.subject().share(count)));
          }
        }
        contestants.forEach(this::dump);
        progress.accept("counting bytes");
        return results(contestants, ready);
      } finally {
        for (Contestant one : contestants) {
          one.close();
        }
      }
    }
  }

  private Map<Subject, Double> timeStarts(ScratchDirectory scratch, Consumer<String> progress)
      throws InterruptedException {
    progress.accept("timing starts");
    Map<Subject, Double> medians = new EnumMap<>(Subject.class);
    for (Subject subject : subjects) {
      double[] millis = new double[starts];
      for (int i = 0; i < starts; i++) {
        try (RunningSubject running = RunningSubject.start(subject, scratch)) {
          millis[i] = running.readyMillis();
        }
      }
      medians.put(subject, Round.median(millis));
    }
    return medians;
  }

  private Contestant start(Subject subject, ScratchDirectory scratch) throws InterruptedException {
    RunningSubject running = RunningSubject.start(subject, scratch);
    ProcessCosts costs = new ProcessCosts(running.process().pid());
    return new Contestant(
        running,
        new LoadGenerator(running.port(), running.payload(), shape),
        costs,
        costs.residentMebibytes(),
        new ArrayList<>());
  }

  private List<Measured> results(List<Contestant> contestants, Map<Subject, Double> ready)
      throws InterruptedException {
    double bare = Round.median(contestants.getFirst().rounds).cpuSeconds();
    List<Measured> results = new ArrayList<>();
    for (Contestant one : contestants) {
      Subject subject = one.running.subject();
      double loaded = one.costs.residentMebibytes();
      Round median = Round.median(one.rounds);
      Counted counted = count(one);
      results.add(
          new Measured(
              subject,
              subject.title(),
              median,
              median.cpuSeconds() / bare,
              ready.getOrDefault(subject, one.running.readyMillis()),
              one.restMebibytes,
              loaded,
              counted.bytes,
              counted.questions,
              counted.storeCpuSeconds,
              one.rounds));
    }
    return results;
  }

  private void record(Contestant one) {
    if (recordings != null) {
      one.costs.record();
    }
  }

  private void dump(Contestant one) {
    if (recordings != null) {
      one.costs.dump(recordings.resolve(one.running.subject() + ".jfr"));
    }
  }

  /** What one decision takes beside time. */
  private record Counted(double bytes, double questions, double storeCpuSeconds) {}

  /** In a round of its own: who counts bytes disturbs who takes the time. */
  private Counted count(Contestant one) throws InterruptedException {
    int calls = one.running.subject().share(count);
    CountingStore store = one.running.store();
    long bytes = one.costs.allocatedBytes();
    long questions = store == null ? 0 : store.questions();
    double cpu = store == null ? 0 : store.cpuSeconds();
    var _ = one.load.run(calls);
    return new Counted(
        (one.costs.allocatedBytes() - bytes) / (double) calls,
        store == null ? 0 : (store.questions() - questions) / (double) calls,
        store == null ? 0 : (store.cpuSeconds() - cpu) * Round.UNIT / calls);
  }
}
