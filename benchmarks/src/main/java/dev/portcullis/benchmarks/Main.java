// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks;

import dev.portcullis.benchmarks.compare.BenchmarkException;
import dev.portcullis.benchmarks.compare.CompareCommand;
import dev.portcullis.benchmarks.held.HeldCommand;
import dev.portcullis.benchmarks.jmh.JmhCommand;
import dev.portcullis.benchmarks.scale.ScaleCommand;
import dev.portcullis.cli.CommandException;
import dev.portcullis.parts.PartsException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks' command line; {@code benchmarks/run} starts it. */
@Command(
    name = "benchmarks/run",
    description = "Measures what Portcullis costs. docs/performance.md tells what came out.",
    mixinStandardHelpOptions = true,
    subcommands = {JmhCommand.class, CompareCommand.class, HeldCommand.class, ScaleCommand.class})
public final class Main {

  /** Runs one of them; exit codes: 0 measured, 1 failed, 2 wrong usage, 3 environment. */
  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
      int code =
          switch (exception) {
            case BenchmarkException _ -> 1;
            case PartsException _ -> 3;
            case CommandException told -> told.exitCode();
            default -> throw exception;
          };
      command.getErr().println("benchmarks: error: " + exception.getMessage());
      return code;
    });
    System.exit(commandLine.execute(arguments));
  }
}
