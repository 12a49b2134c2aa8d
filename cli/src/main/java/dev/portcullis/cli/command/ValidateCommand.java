// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.diagnostic.Severity;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.PolicyFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compiles policies from files and says what is wrong with them; needs no cluster. */
@Command(
    name = "validate",
    description = {
      "Compile policies from files, with the compiler that the operator uses, and say what is"
          + " wrong, where, and how to mend it.",
      "Exit code 0: no error (there may be warnings). 1: an error."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis validate policies/",
      "  portcullis validate orders.yaml limits.yaml --output json",
      "  portcullis validate policies/ --output sarif > portcullis.sarif"
    })
public final class ValidateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, and directories of .yaml, .yml and .json files.")
  private List<Path> paths;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text, json, or sarif (SARIF 2.1.0, for code scanning).",
      defaultValue = "text")
  private Format output;

  /** What is printed. */
  enum Format {
    TEXT,
    JSON,
    SARIF
  }

  @Override
  public Integer call() {
    FileSet files = PolicyFiles.read(paths);
    // Without a cluster nobody knows which Services and Secrets exist, so that none is missed.
    CompileResult result =
        PolicyCompiler.compile(files.policySet(new KnownServices.Unknown(), false));
    List<Diagnostic> diagnostics = new ArrayList<>(files.diagnostics());
    diagnostics.addAll(result.diagnostics());
    Collections.sort(diagnostics);
    print(diagnostics, result.outcomes().size());
    return diagnostics.stream().anyMatch(Diagnostic::isError) ? 1 : 0;
  }

  private void print(List<Diagnostic> diagnostics, int policies) {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case JSON -> {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("policies", policies);
        document.set("diagnostics", DiagnosticText.json(diagnostics));
        out.println(document.toPrettyString());
      }
      case SARIF -> out.println(SarifLog.of(diagnostics, version()).toPrettyString());
      case TEXT -> {
        diagnostics.stream().map(DiagnosticText::line).forEach(out::println);
        out.println(
            String.join(
                ", ",
                policies + " policies and keys",
                count(diagnostics, Severity.ERROR),
                count(diagnostics, Severity.WARNING)));
      }
    }
    out.flush();
  }

  private String version() {
    String line = spec.root().version()[0];
    return line.substring(line.lastIndexOf(' ') + 1);
  }

  private static String count(List<Diagnostic> diagnostics, Severity severity) {
    long count = diagnostics.stream().filter(found -> found.severity() == severity).count();
    return count + " " + severity + (count == 1 ? "" : "s");
  }
}
