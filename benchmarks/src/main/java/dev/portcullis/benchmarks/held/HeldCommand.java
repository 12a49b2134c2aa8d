// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.held;

import dev.portcullis.benchmarks.compare.BenchmarkException;
import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.policy.plan.Allowance;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Memory of counters: what is left of the heap after full collections, before and after. */
@Command(
    name = "held",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = "Heap that the counters of limits hold, by key.")
public final class HeldCommand implements Callable<Integer> {
  private static final double MEBIBYTE = 1 << 20;

  /** Keys that make every lock's memory, and numbers that no measured key has. */
  private static final int WARM = 5_000;

  private static final int ELSEWHERE = 16_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "COUNT",
      defaultValue = "1000,1000000",
      description = "How many keys are charged.")
  private List<Integer> keys = List.of();

  /** Filled in by the command line's parser. */
  @SuppressWarnings("NullAway.Init")
  public HeldCommand() {}

  @Override
  public Integer call() throws UnloadablePlanException {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-52s %9s %9s %11s %9s%n", "keys", "charged", "counters", "MiB", "bytes/key");
    for (KeyKind kind : KeyKind.values()) {
      for (int count : keys) {
        measure(kind, count, out);
      }
    }
    out.printf(
        "%nA decision service keeps %d counters in a heap of 192 MiB, and %d in one of 4 GiB.%n",
        InProcessQuotaStore.capacityIn(192L << 20), InProcessQuotaStore.capacityIn(4L << 30));
    out.flush();
    return 0;
  }

  private static void measure(KeyKind kind, int count, PrintWriter out)
      throws UnloadablePlanException {
    Meter meter = Meter.of(new Allowance.Rate(1000, Duration.ofHours(24), 999));
    long now = System.currentTimeMillis() * 1_000_000;
    long before = heap();
    InProcessQuotaStore store =
        new InProcessQuotaStore(InProcessQuotaStore.DEFAULT_CAPACITY + WARM);
    // Each of the locks remembers its latest charges in an array that does not grow with keys.
    for (int i = 0; i < WARM; i++) {
      charge(store, KeyKind.ADDRESS, ELSEWHERE + i, i, meter, now);
    }
    long empty = heap();
    for (int i = 0; i < count; i++) {
      charge(store, kind, i, (long) WARM + i, meter, now);
    }
    long full = heap();
    long counters = store.size() - WARM;
    if (counters < Math.min(count, InProcessQuotaStore.DEFAULT_CAPACITY)) {
      throw new BenchmarkException("only " + counters + " counters of " + count + " keys");
    }
    out.printf(
        "%-52s %9d %9d %11.1f %9.0f%n",
        kind.title(), count, counters, (full - before) / MEBIBYTE, (full - empty) / (double) count);
    out.flush();
  }

  private static void charge(
      InProcessQuotaStore store, KeyKind kind, int number, long id, Meter meter, long now) {
    boolean granted =
        store
            .charge(
                new ChargeId(id, id * 0x9E37_79B9_7F4A_7C15L),
                List.of(new QuotaLine(kind.key(number), meter, 1)),
                now)
            .getFirst()
            .granted();
    if (!granted) {
      throw new BenchmarkException("a charge was refused, which holds nothing");
    }
  }

  /** What is reachable, as good as the collector knows. */
  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
