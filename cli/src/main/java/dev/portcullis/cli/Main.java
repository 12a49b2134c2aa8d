// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli;

import dev.portcullis.cli.command.ApiKeyCommand;
import dev.portcullis.cli.command.ExplainCommand;
import dev.portcullis.cli.command.GatewayCommand;
import dev.portcullis.cli.command.PreviewCommand;
import dev.portcullis.cli.command.QuickstartCommand;
import dev.portcullis.cli.command.QuotaCommand;
import dev.portcullis.cli.command.RevokeCommand;
import dev.portcullis.cli.command.StatusCommand;
import dev.portcullis.cli.command.TestCommand;
import dev.portcullis.cli.command.ValidateCommand;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.PartsException;
import dev.portcullis.suite.SuiteException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code portcullis} command. Exit codes: 0 success, 1 user's error, 2 wrong usage, 3
 * environment.
 */
@Command(
    name = "portcullis",
    description = "Protects APIs: policies decide every request.",
    mixinStandardHelpOptions = true,
    version = "portcullis 0.1.0",
    scope = ScopeType.INHERIT,
    subcommands = {
      QuickstartCommand.class,
      GatewayCommand.class,
      ValidateCommand.class,
      TestCommand.class,
      ExplainCommand.class,
      PreviewCommand.class,
      ApiKeyCommand.class,
      RevokeCommand.class,
      QuotaCommand.class,
      StatusCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis quickstart --once",
      "  portcullis validate policies/",
      "  portcullis test policies/ --junit results.xml",
      "  portcullis explain --request request.yaml --policies policies/",
      "  portcullis gateway --policies policies/ --service shop/orders=127.0.0.1:9000 --listen"
          + " 127.0.0.1:8080",
      "  portcullis apikey create --client acme --plan gold --expires 90d",
      "  portcullis status --watch"
    })
public final class Main {
  /** In characters: wide enough for an example to stand on one line. */
  private static final int HELP_WIDTH = 120;

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command, ready to execute; tests run it in process. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setUsageHelpWidth(HELP_WIDTH);
    commandLine.setParameterExceptionHandler(Main::wrongUsage);
    commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
      if (ChildProcess.allAreEnding()) {
        // By a signal: what failed did so because everything ends, which is what was wanted.
        return 130;
      }
      if (exception instanceof CommandException told) {
        command.getErr().println("portcullis: error: " + told.getMessage());
        return told.exitCode();
      }
      if (exception instanceof PartsException || exception instanceof SuiteException) {
        command.getErr().println("portcullis: error: " + exception.getMessage());
        return 3;
      }
      // Not foreseen: a defect of ours, told with everything that helps to mend it.
      exception.printStackTrace(command.getErr());
      command
          .getErr()
          .println("portcullis: this is a defect; please report it with the lines above");
      return 70;
    });
    return commandLine;
  }

  /** One line instead of the whole help, in which nobody would find it. */
  private static int wrongUsage(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    List<String> meant =
        exception instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    String hint = meant.isEmpty() ? "" : " (did you mean " + String.join(" or ", meant) + "?)";
    String what = String.valueOf(exception.getMessage()).replace('\n', ' ') + hint;
    String help = command.getCommandSpec().qualifiedName() + " --help";
    command.getErr().println("portcullis: error: " + what + "; see " + help);
    return 2;
  }
}
