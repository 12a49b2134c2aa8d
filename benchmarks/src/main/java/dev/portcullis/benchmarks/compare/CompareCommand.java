// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Our decision service beside a bare gRPC server. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Measures the decision service beside a gRPC-Java server that allows everything: CPU seconds",
      "per 100 000 decisions, throughput, latency, allocation, time to ready, memory."
    })
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--variants",
      description =
          "Also API keys, tokens verified each time, many rules, many address ranges, limits in"
              + " Valkey.")
  private boolean variants;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SUBJECT",
      description = "Only these beside the bare server: ${COMPLETION-CANDIDATES}.")
  private List<Subject> only = List.of();

  @Option(names = "--rounds", description = "Rounds of each server, in turns.")
  private int rounds = 5;

  @Option(names = "--count", description = "Decisions of a round.")
  private int count = 200_000;

  @Option(names = "--warm-up", description = "Decisions of each server before the first round.")
  private int warmUp = 400_000;

  @Option(names = "--connections", description = "HTTP/2 connections to the server.")
  private int connections = 2;

  @Option(names = "--in-flight", description = "Checks under way on each connection.")
  private int inFlight = 16;

  @Option(names = "--starts", description = "Times that each server is started to time it.")
  private int starts = 3;

  @Option(names = "--json", description = "Print JSON, with every round.")
  private boolean json;

  @Option(
      names = "--jfr",
      paramLabel = "DIR",
      description = "Leave flight recordings of the rounds here.")
  private @Nullable Path recordings;

  /** Filled in by the command line's parser. */
  @SuppressWarnings("NullAway.Init")
  public CompareCommand() {}

  @Override
  public Integer call() throws InterruptedException, IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (recordings != null) {
      recordings = Files.createDirectories(recordings).toAbsolutePath();
    }
    double busy = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    List<Subject> subjects = Arrays.stream(Subject.values()).filter(this::isWanted).toList();
    List<Measured> results =
        new Comparison(
                subjects,
                new LoadShape(connections, inFlight),
                rounds,
                count,
                warmUp,
                starts,
                recordings)
            .run(err::println);
    if (json) {
      out.println(json(results));
    } else {
      print(results, busy, out);
    }
    out.flush();
    return 0;
  }

  private boolean isWanted(Subject subject) {
    return only.isEmpty()
        ? variants || subject.essential()
        : subject == Subject.BARE || only.contains(subject);
  }

  private void print(List<Measured> results, double busy, PrintWriter out) {
    out.printf(
        "%d connections with %d checks under way on each; medians of %d rounds; %d cores; load"
            + " average %.1f before%n%n",
        connections, inFlight, rounds, Runtime.getRuntime().availableProcessors(), busy);
    out.printf(
        "%-45s %9s %6s %9s %7s %7s %8s %7s %8s %8s %9s %9s%n",
        "server",
        "CPU/100k",
        "ratio",
        "req/s",
        "p50 ms",
        "p99 ms",
        "B/req",
        "ready",
        "MiB rest",
        "MiB load",
        "asked/req",
        "store/100k");
    for (Measured one : results) {
      out.printf(
          "%-45s %9.2f %6.2f %9.0f %7.2f %7.2f %8.0f %7.0f %8.0f %8.0f %9.3f %9.2f%n",
          one.title(),
          one.median().cpuSeconds(),
          one.ratio(),
          one.median().perSecond(),
          one.median().p50Millis(),
          one.median().p99Millis(),
          one.allocatedBytes(),
          one.readyMillis(),
          one.restMebibytes(),
          one.loadedMebibytes(),
          one.questions(),
          one.storeCpuSeconds());
    }
  }

  private static String json(List<Measured> results) throws JsonProcessingException {
    return new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results);
  }
}
