// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.quickstart.Quickstart;
import dev.portcullis.cli.quickstart.ResultTable;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.suite.CaseResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole system on this machine. */
@Command(
    name = "quickstart",
    description = {
      "Start the whole system on this machine, apply the example policies with kubectl, send"
          + " requests, and show what was",
      "decided and why. Needs no cluster and no container engine; what it starts ends with it, also"
          + " on Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis quickstart          stays up for you to try things",
      "  portcullis quickstart --once   ends by itself; exit code 0 only if every expectation held"
    })
public final class QuickstartCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--once", description = "Send the requests, show the table, end everything.")
  private boolean once;

  @Override
  public Integer call() throws InterruptedException {
    Terminal terminal = Terminal.standardError();
    // A signal ends what was started as well: parts see to that.
    try (Quickstart quickstart = new Quickstart(terminal, Quickstart.exampleSuite())) {
      return run(quickstart, terminal);
    }
  }

  private int run(Quickstart quickstart, Terminal terminal) throws InterruptedException {
    Quickstart.Stage stage = quickstart.start();
    List<CaseResult> results = quickstart.send(stage);
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    ResultTable.lines(results, terminal.interactive()).forEach(out::println);
    long held = results.stream().filter(CaseResult::holds).count();
    out.println();
    out.println(held + " of " + results.size() + " expectations held.");
    out.flush();
    if (!once) {
      stay(quickstart, stage, out);
    }
    return held == results.size() ? 0 : 1;
  }

  private static void stay(Quickstart quickstart, Quickstart.Stage stage, PrintWriter out)
      throws InterruptedException {
    out.println(
        """

        Everything is still up. Try, in another terminal:

          export KUBECONFIG=%s
          kubectl get portcullis -A
          kubectl describe apipolicy orders -n shop
          kubectl edit apipolicy orders -n shop        # a change decides requests within a second

          curl -i http://127.0.0.1:%d/orders/7 -H 'Host: orders.shop' \\
            -H 'Authorization: %s'

          tail -f %s

        Ctrl-C ends everything.\
        """
            .formatted(
                stage.apiServer().kubeconfigFile(),
                stage.gateway().port(),
                quickstart.fixtures().fill("Bearer ${token.alice}"),
                stage.controlPlane().decisionLog()));
    out.flush();
    ChildProcess dead = quickstart.firstDead();
    while (dead == null) {
      Thread.sleep(250);
      dead = quickstart.firstDead();
    }
    throw ProcessGroup.ended(dead);
  }
}
