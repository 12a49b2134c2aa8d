// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.preview.ClusterRecords;
import dev.portcullis.cli.preview.Preview;
import dev.portcullis.cli.preview.PreviewReport;
import dev.portcullis.cli.preview.RecordedDecisions;
import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.PolicyFiles;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.engine.port.GeoSource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says who would newly be refused or limited, by requests that were decided before. */
@Command(
    name = "preview",
    description = {
      "Say who would newly be refused, limited or let in by policies that are not in force yet,"
          + " from recorded decisions.",
      "Policies of the files stand in for those of the same kind and name; all others stay."
          + " Requests of the decision log are decided again by both, in their order, with whom"
          + " they were found to come from. What the log does not tell, such as claims, is never"
          + " guessed: such requests are counted apart.",
      "Without --decisions the logs of a cluster's decision services are read, without --policies"
          + " its policies.",
      "Exit code 0: told. 1: a policy has an error, or with --strict somebody would newly be"
          + " refused or limited. 3: no cluster, or it does not tell."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis preview -f new.yaml --since 24h",
      "  portcullis preview -f new.yaml --policies policies/ --decisions decisions.jsonl",
      "  portcullis preview -f new.yaml --since 7d --strict --output json"
    })
public final class PreviewCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "PATH",
      required = true,
      arity = "1..*",
      description = "Files and directories of the policies that are not in force yet.")
  private List<Path> planned;

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      arity = "1..*",
      description = "The policies in force. Default: those of the cluster.")
  private List<Path> policies = List.of();

  @Option(
      names = "--decisions",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Decision logs. Default: what the cluster's decision services have logged.")
  private List<Path> logs = List.of();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "How far to look back, such as 12h or 7d. Default: ${DEFAULT-VALUE}.",
      defaultValue = "24h")
  private String since;

  @Option(
      names = "--strict",
      description = "Exit with 1 when somebody would newly be refused or limited.")
  private boolean strict;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Where Portcullis is installed. Default: ${DEFAULT-VALUE}.",
      defaultValue = "portcullis-system")
  private String namespace;

  @Mixin private ClusterOptions clusters;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json.",
      defaultValue = "text")
  private ReportFormat output;

  @Override
  public Integer call() {
    if (!policies.isEmpty() && !logs.isEmpty() && clusters.given()) {
      throw new ParameterException(
          spec.commandLine(), "--kubeconfig means nothing with --policies and --decisions");
    }
    Instant from = Clock.systemUTC().instant().minus(Lifetime.of("--since", since));
    RecordedDecisions decisions = new RecordedDecisions(from);
    FileSet today = FileSet.empty();
    if (policies.isEmpty() || logs.isEmpty()) {
      try (KubernetesClient cluster = clusters.connect()) {
        if (policies.isEmpty()) {
          today = ClusterRecords.policies(cluster);
        }
        if (logs.isEmpty()) {
          ClusterRecords.decisions(cluster, namespace, from, decisions);
        }
      }
    }
    if (!policies.isEmpty()) {
      today = PolicyFiles.read(policies);
    }
    logs.forEach(log -> read(log, decisions));
    return preview(today, PolicyFiles.read(planned), decisions);
  }

  private int preview(FileSet today, FileSet changes, RecordedDecisions decisions) {
    PolicySet before = today.policySet(new KnownServices.Unknown(), false).assumingSecrets();
    Preview preview =
        new Preview(
            before,
            merged(before, changes.policySet(new KnownServices.Unknown(), false)),
            decisions,
            GeoSource.NONE);
    List<Diagnostic> diagnostics = new ArrayList<>(changes.diagnostics());
    diagnostics.addAll(preview.compiled().diagnostics());
    Collections.sort(diagnostics);
    PrintWriter err = spec.commandLine().getErr();
    diagnostics.forEach(found -> err.println(DiagnosticText.line(found)));
    err.flush();
    if (diagnostics.stream().anyMatch(Diagnostic::isError)) {
      return 1;
    }
    PreviewReport report = preview.run();
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case JSON -> out.println(report.json().toPrettyString());
      case TEXT -> report.lines().forEach(out::println);
    }
    out.flush();
    return strict && report.refuses() ? 1 : 0;
  }

  /** Of two with one name the first counts. */
  private static PolicySet merged(PolicySet today, PolicySet changes) {
    List<PolicySource> policies = new ArrayList<>(changes.policies());
    policies.addAll(today.policies());
    List<KeySource> keys = new ArrayList<>(changes.apiKeys());
    keys.addAll(today.apiKeys());
    Map<KnownConfigMaps.Name, KnownConfigMaps.Content> configMaps =
        new HashMap<>(today.configMaps().contents());
    configMaps.putAll(changes.configMaps().contents());
    return new PolicySet(
        policies,
        keys,
        today.targets(),
        today.secrets(),
        new KnownConfigMaps(configMaps, Set.of(), false),
        today.trust());
  }

  private static void read(Path log, RecordedDecisions decisions) {
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      decisions.add(lines);
    } catch (IOException e) {
      throw CommandException.user(log + " cannot be read: " + e.getMessage());
    }
  }
}
