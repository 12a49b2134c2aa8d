// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at counters of limits and changes them, on every decision service. */
@Command(
    name = "quota",
    description = "See what a client has used of a limit, forget it, or give some of it back.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis quota get shop/orders/daily --client acme --server https://127.0.0.1:9003"
          + " --token-file token",
      "  portcullis quota grant shop/orders/daily 500 --client acme --reason 'outage of Monday'",
      "  portcullis quota reset shop/login/attempts --address 192.0.2.1"
    },
    subcommands = {QuotaCommand.Get.class, QuotaCommand.Reset.class, QuotaCommand.Grant.class})
public final class QuotaCommand implements Runnable {
  private static final String EXITS =
      "Exit code 0: done. 1: the port refuses. 3: it cannot be reached, or the shared store"
          + " cannot.";

  private static final String LIMIT = "The limit: NAMESPACE/POLICY/LIMIT.";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Say what to do: get, reset or grant");
  }

  /** Looks. */
  @Command(
      name = "get",
      description = {
        "Say how a counter stands: what is used, what is left, and when all of it is there again."
            + " A limit that each decision service counts for itself has a counter on each.",
        EXITS
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  portcullis quota get shop/orders/daily --client acme",
        "  portcullis quota get shop/orders/per-tenant --key 7 --key 192.0.2.1 -o json"
      })
  static final class Get implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LIMIT", description = LIMIT)
    private String limit;

    @Mixin private QuotaOptions options;

    @Override
    public void run() {
      options.send("get", limit, 0, "", spec);
    }
  }

  /** Forgets. */
  @Command(
      name = "reset",
      description = {
        "Forget what a counter was charged: its client has all of the limit again.",
        EXITS
      },
      footerHeading = "%nExamples:%n",
      footer =
          "  portcullis quota reset shop/login/attempts --address 192.0.2.1 --reason 'call 4711'")
  static final class Reset implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LIMIT", description = LIMIT)
    private String limit;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "For the log of the decision service.")
    private String reason;

    @Mixin private QuotaOptions options;

    @Override
    public void run() {
      options.send("reset", limit, 0, reason, spec);
    }
  }

  /** Gives back. */
  @Command(
      name = "grant",
      description = {
        "Give back some of what a counter was charged; never more than was. To let somebody have"
            + " more than the limit, raise the limit or the plan.",
        EXITS
      },
      footerHeading = "%nExamples:%n",
      footer =
          "  portcullis quota grant shop/orders/daily 500 --client acme --reason 'outage of"
              + " Monday'")
  static final class Grant implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "LIMIT", description = LIMIT)
    private String limit;

    @Parameters(
        index = "1",
        paramLabel = "N",
        description = "How much: requests, or what they cost where the limit has a cost.")
    private long units;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "For the log of the decision service.")
    private String reason;

    @Mixin private QuotaOptions options;

    @Override
    public void run() {
      options.send("grant", limit, units, reason, spec);
    }
  }
}
