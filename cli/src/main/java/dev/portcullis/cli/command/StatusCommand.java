// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.status.ClusterReader;
import dev.portcullis.cli.status.ClusterReport;
import dev.portcullis.cli.status.EffectivePolicies;
import dev.portcullis.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says which policies of a cluster are in force. */
@Command(
    name = "status",
    description = {
      "Say which policies of a cluster are in force: on which targets, by how many of their"
          + " proxies, and what the others wait for.",
      "A policy is in force when its current spec is Accepted, its references are resolved, it is"
          + " Programmed, and no probe found it not Enforced.",
      "Below the policies stand the workloads of enrolled namespaces whose pods have no sidecar,"
          + " so that nobody is asked about requests to them.",
      "Exit code 0: all are in force. 1: one is not. 3: no cluster, or it does not tell."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis status",
      "  portcullis status -n shop --watch",
      "  portcullis status -n shop --effective",
      "  portcullis status --kubeconfig cluster.yaml --output json"
    })
public final class StatusCommand implements Callable<Integer> {
  private static final long INTERVAL_MILLIS = 2_000;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Only this namespace. Default: all.")
  private @Nullable String namespace;

  @Mixin private ClusterOptions clusters;

  @Option(
      names = {"-w", "--watch"},
      description = "Go on, and tell again whenever something changed, until interrupted.")
  private boolean watch;

  @Option(
      names = "--effective",
      description =
          "Say also, for all that is guarded, which policy each section comes from, and which gave"
              + " way to it. Specs are taken as they stand: of a policy that is not Accepted an"
              + " earlier version may be served.")
  private boolean effective;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json; with --watch, one line of JSON for each change.",
      defaultValue = "text")
  private ReportFormat output;

  @Override
  public Integer call() {
    if (watch && effective) {
      throw new ParameterException(spec.commandLine(), "--effective goes not with --watch");
    }
    try (ClusterReader cluster = clusters.open(namespace)) {
      ClusterReport report = cluster.read();
      print(report, effective ? cluster.effective() : null);
      if (watch) {
        report = follow(cluster, report);
      }
      return report.allInForce() ? 0 : 1;
    }
  }

  /** Ends only when this thread is interrupted; a signal ends the process as a whole. */
  private ClusterReport follow(ClusterReader cluster, ClusterReport first) {
    ClusterReport last = first;
    String trouble = "";
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
        try {
          ClusterReport now = cluster.read();
          trouble = "";
          if (!now.equals(last)) {
            last = now;
            print(now, null);
          }
        } catch (CommandException e) {
          // An API server comes back; what it said last is what is known until then.
          String told = String.valueOf(e.getMessage());
          if (!told.equals(trouble)) {
            trouble = told;
            spec.commandLine().getErr().println("portcullis: " + told);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return last;
    }
  }

  private void print(ClusterReport report, @Nullable EffectivePolicies sources) {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case JSON -> {
        ObjectNode json = report.json();
        if (sources != null) {
          json.set("effective", sources.json());
        }
        out.println(watch ? json.toString() : json.toPrettyString());
      }
      case TEXT -> {
        report.lines(Terminal.standardError().interactive()).forEach(out::println);
        if (sources != null) {
          sources.lines().forEach(out::println);
        }
        if (watch) {
          out.println();
        }
      }
    }
    out.flush();
  }
}
