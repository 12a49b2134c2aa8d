// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.benchmarks.compare.ProcessCosts;
import dev.portcullis.parts.ChildProcess;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many policies, and one edit among them. */
@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Starts an API server, the operator, the decision service and one Envoy in front of many",
      "services, applies one ApiPolicy for each, and times them until all are Programmed; then",
      "edits some of them one by one."
    })
public final class ScaleCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Spec private CommandSpec spec;

  @Option(names = "--policies", description = "Services, with one ApiPolicy each.")
  private int policies = 1000;

  @Option(names = "--edits", description = "Policies that are edited, one after the other.")
  private int edits = 9;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** Filled in by the command line's parser. */
  @SuppressWarnings("NullAway.Init")
  public ScaleCommand() {}

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    ScaleResult result = measure(spec.commandLine().getErr());
    if (json) {
      out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result));
    } else {
      print(result, out);
    }
    out.flush();
    return 0;
  }

  private ScaleResult measure(PrintWriter progress) throws InterruptedException {
    Fleet fleet = Fleet.of(policies);
    progress.println("starting API server, operator, decision service and Envoy");
    try (Installed installed = Installed.start(fleet.services());
        ProgrammedWatch watch = new ProgrammedWatch(installed.client())) {
      Writes writes = new Writes(installed.client());
      Traffic traffic = new Traffic(installed.gateway().port());
      progress.println("writing " + policies + " services");
      writes.apply(policies, fleet::service);

      progress.println("writing " + policies + " policies");
      long start = System.nanoTime();
      writes.apply(policies, i -> fleet.policy(i, 1));
      double written = secondsSince(start);
      watch.awaitCount(policies, PATIENCE);
      double programmed = secondsSince(start);
      traffic.mustBeGuarded(0);
      traffic.mustBeGuarded(policies - 1);

      progress.println("editing " + edits + " of them");
      List<Double> each = new ArrayList<>();
      for (int i = 0; i < edits; i++) {
        int one = (int) ((long) i * policies / edits);
        long edit = System.nanoTime();
        long generation = writes.apply(fleet.policy(one, 2));
        watch.awaitGeneration(Fleet.name(one), generation, PATIENCE);
        each.add(secondsSince(edit));
        traffic.mustBeGuarded(one);
      }
      Collections.sort(each);
      return new ScaleResult(
          policies,
          written,
          programmed,
          each,
          memory(installed.controlPlane().operator()),
          memory(installed.controlPlane().decisionService()),
          memory(installed.gateway().envoy()));
    }
  }

  private static double memory(ChildProcess process) {
    return new ProcessCosts(process.pid()).residentMebibytes();
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void print(ScaleResult result, PrintWriter out) {
    out.printf("%d policies on one Envoy, %d cores%n%n", policies, cores());
    out.printf("written to the API server   %8.1f s%n", result.writtenSeconds());
    out.printf("all Programmed              %8.1f s%n", result.programmedSeconds());
    List<Double> each = result.editSeconds();
    if (!each.isEmpty()) {
      out.printf(
          "one edit to Programmed      %8.2f s median of %d, %.2f s at most%n",
          each.get(each.size() / 2), each.size(), each.getLast());
    }
    out.printf(
        "resident memory             operator %.0f MiB, decision service %.0f MiB, Envoy %.0f"
            + " MiB%n",
        result.operatorMebibytes(), result.serverMebibytes(), result.envoyMebibytes());
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }
}
