// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.explain.ExplanationText;
import dev.portcullis.cli.explain.KeptDecisions;
import dev.portcullis.cli.explain.LocalDecision;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.suite.RequestFile;
import dev.portcullis.suite.SuiteException;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how a decision came about. */
@Command(
    name = "explain",
    description = {
      "Say how a decision came about: its steps, the rules and limits that each looked at, what"
          + " they read and how long they took.",
      "A decision that was made is found by its id, which stands in the problem document of a"
          + " refusal and in the decision log: in a cluster at one of the decision services, which"
          + " takes the right to forward ports of their pods, or at a gateway's --admin. Only the"
          + " last ones are kept.",
      "A request in a file is decided here, by policies from files; nothing is fetched or changed"
          + " anywhere.",
      "Secrets and claims are not told, whatever the decision.",
      "Exit code 0: explained, be it allowed or refused. 1: nobody knows the decision, or a file or"
          + " policy has an error. 3: no cluster, or nobody answers."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis explain 0B4QJ3KJ9Q4M2V7T1X8ZC5R6WN",
      "  portcullis explain 0B4QJ3KJ9Q4M2V7T1X8ZC5R6WN --admin 127.0.0.1:9192",
      "  portcullis explain --request request.yaml --policies policies/",
      "  portcullis explain --request orders-test.yaml --case refund --output json"
    })
public final class ExplainCommand implements Callable<Integer> {
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{26}");

  /** In bytes, of a JWKS document. */
  private static final long MAX_KEYS = 1L << 20;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  /** Either of both. */
  static final class What {
    @Parameters(paramLabel = "DECISION-ID", description = "The decision, 26 characters.")
    private @Nullable String id;

    @Option(
        names = "--request",
        paramLabel = "FILE",
        description =
            "A request to decide here: YAML with service and request, as in policy tests, or a"
                + " policy test and --case.")
    private @Nullable Path request;

    /** Filled in by the command line's parser. */
    What() {}
  }

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "With --request: files and directories of policies, ApiKeys and Secrets. Default: those"
              + " that the file names.")
  private List<Path> policies = List.of();

  @Option(
      names = "--case",
      paramLabel = "TEXT",
      description = "With --request: the case of a policy test with this text in its name.")
  private @Nullable String text;

  @Option(
      names = "--jwks",
      paramLabel = "URI=FILE",
      description =
          "With --request: a JWKS document in a file, for policies that look for it at the URI or"
              + " ask this issuer. Repeatable.")
  private Map<String, Path> keySets = Map.of();

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
      description = "Ask the decision service with this admin port, such as a gateway's.")
  private @Nullable HostPort admin;

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
  public Integer call() throws InterruptedException {
    Path request = what.request;
    if (request == null) {
      if (!policies.isEmpty() || text != null || !keySets.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "--policies, --case and --jwks mean nothing without --request");
      }
      print(kept(String.valueOf(what.id)));
      return 0;
    }
    if (admin != null || clusters.given()) {
      throw new ParameterException(
          spec.commandLine(), "--admin and --kubeconfig mean nothing with --request");
    }
    return decide(request);
  }

  private JsonNode kept(String id) throws InterruptedException {
    if (!ID.matcher(id).matches()) {
      throw new ParameterException(
          spec.commandLine(), "\"" + id + "\" is no decision id: it has 26 letters and digits");
    }
    String wanted = id.toUpperCase(Locale.ROOT);
    if (admin != null) {
      return KeptDecisions.at(admin, wanted);
    }
    try (KubernetesClient cluster = clusters.connect()) {
      return KeptDecisions.in(cluster, namespace, wanted);
    }
  }

  private int decide(Path request) {
    LocalDecision decision;
    try {
      decision = LocalDecision.of(RequestFile.read(request, text, policies), keySets());
    } catch (SuiteException e) {
      throw CommandException.user(String.valueOf(e.getMessage()));
    }
    PrintWriter err = spec.commandLine().getErr();
    decision.diagnostics().forEach(found -> err.println(DiagnosticText.line(found)));
    err.flush();
    if (decision.hasError()) {
      return 1;
    }
    print(decision.explanation());
    return 0;
  }

  private Map<String, byte[]> keySets() {
    Map<String, byte[]> read = new LinkedHashMap<>();
    keySets.forEach((uri, file) -> {
      try {
        if (Files.size(file) > MAX_KEYS) {
          throw CommandException.user(file + " is larger than 1 MiB: it is no JWKS document");
        }
        read.put(uri, Files.readAllBytes(file));
      } catch (IOException e) {
        throw CommandException.user(file + " cannot be read: check the path");
      }
    });
    return read;
  }

  private void print(JsonNode explanation) {
    PrintWriter out = spec.commandLine().getOut();
    List<String> lines = new ArrayList<>();
    switch (output) {
      case JSON -> lines.add(explanation.toPrettyString());
      case TEXT -> lines.addAll(ExplanationText.of(explanation));
    }
    lines.forEach(out::println);
    out.flush();
  }
}
