// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.policytest.JunitXml;
import dev.portcullis.cli.policytest.SuiteFiles;
import dev.portcullis.cli.policytest.SuiteReport;
import dev.portcullis.cli.policytest.SuiteRun;
import dev.portcullis.cli.policytest.TestReport;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Suite;
import dev.portcullis.suite.SuiteException;
import dev.portcullis.suite.SuiteReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs policy tests against the engine in this process; needs no cluster and no Envoy. */
@Command(
    name = "test",
    description = {
      "Put the requests of policy tests to the policies that they name, with the compiler that the"
          + " operator uses and the engine that decision services use, and say which are decided"
          + " otherwise than the tests want.",
      "Tokens are signed and keys issued afresh for each run; nothing is fetched or changed"
          + " anywhere.",
      "Exit code 0: all cases hold. 1: one does not, or a policy or a test has an error."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis test policies/",
      "  portcullis test orders-test.yaml --case refund --all",
      "  portcullis test policies/ --junit results.xml",
      "  portcullis test policies/ --output json"
    })
public final class TestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files of kind PolicyTest, and directories in which to look for them.")
  private List<Path> paths;

  @Option(
      names = "--case",
      paramLabel = "TEXT",
      description = "Only cases whose name contains this text. Default: all.")
  private @Nullable String text;

  @Option(names = "--all", description = "Also print the cases that hold.")
  private boolean all;

  @Option(
      names = "--junit",
      paramLabel = "FILE",
      description = "Also write the results as JUnit XML, for build servers.")
  private @Nullable Path junit;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json.",
      defaultValue = "text")
  private ReportFormat output;

  @Override
  public Integer call() {
    TestReport report = new TestReport(run(SuiteFiles.find(paths)));
    if (text != null && report.cases() == 0) {
      throw CommandException.user("no case has \"" + text + "\" in its name");
    }
    if (junit != null) {
      write(junit, JunitXml.of(report));
    }
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case JSON -> out.println(report.json().toPrettyString());
      case TEXT -> report.lines(all).forEach(out::println);
    }
    out.flush();
    return report.holds() ? 0 : 1;
  }

  private List<SuiteReport> run(List<Path> files) {
    String wanted = text;
    Predicate<Case> which = each -> wanted == null || each.name().contains(wanted);
    Terminal terminal = Terminal.standardError();
    List<SuiteReport> reports = new ArrayList<>();
    try {
      // All are read before one is run: a slip in the last is told at once.
      List<Suite> suites = files.stream().map(SuiteReader::read).toList();
      for (Suite suite : suites) {
        SuiteReport report = SuiteRun.of(suite, which);
        reports.add(report);
        if (terminal.interactive()) {
          terminal.say(
              "  %s %s: %d cases, %d failed"
                  .formatted(
                      report.holds() ? "✓" : "✗",
                      suite.file(),
                      report.results().size(),
                      report.failed().size()));
        }
      }
    } catch (SuiteException e) {
      throw CommandException.user(String.valueOf(e.getMessage()));
    }
    return reports;
  }

  private static void write(Path file, String text) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      Files.writeString(file, text);
    } catch (IOException e) {
      throw CommandException.environment(file + " cannot be written: " + e.getMessage());
    }
  }
}
