// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.extauthz.config.EnvironmentDefaults;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.config.Flags;
import dev.portcullis.extauthz.config.ServerConfig;
import dev.portcullis.extauthz.config.UsageException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The process: reads its flags, starts, and runs until it is told to stop. */
@Command(
    name = Main.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Decides, for Envoy's ext_authz filter, which requests may pass.",
      "",
      "Every flag may also come from the environment: --plan-dir is PORTCULLIS_PLAN_DIR."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  Decide by a plan in files:",
      "    " + Main.NAME + " --plan-dir /run/portcullis/plan",
      "  Follow an operator, and log every decision to standard output:",
      "    " + Main.NAME + " --operator operator.portcullis:18000 --operator-ca ca.pem \\",
      "      --token-file token --state-dir /var/lib/portcullis --node-id authz-0 --decision-log -",
      "",
      "Exit codes: 0 stopped when told to, 2 wrong usage, 3 the environment (port taken, file"
          + " unreadable).",
      "On standard error it says \""
          + Main.NAME
          + ": listening grpc=HOST:PORT admin=HOST:PORT\","
          + " and \""
          + Main.NAME
          + ": ready routes=COUNT\" once there is a plan."
    })
public final class Main implements Callable<Integer> {
  static final String NAME = "portcullis-ext-authz-server";

  private static final int USAGE = 2;
  private static final int ENVIRONMENT = 3;

  @Mixin private Flags flags = new Flags();

  private final EngineMaker engines;
  private final PrintWriter err;

  Main(EngineMaker engines, PrintWriter err) {
    this.engines = engines;
    this.err = err;
  }

  /** Runs until the process is told to stop. */
  public static void main(String[] arguments) {
    // The admin port serves one scraper and a few probes: bound what strangers can hold open. Who
    // connects and says nothing has five seconds too, and is looked after each second. He holds no
    // thread and little memory, so there are more connections than any of our own need.
    System.setProperty("sun.net.httpserver.maxReqTime", "5");
    System.setProperty("sun.net.httpserver.clockTick", "1000");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
    System.setProperty("jdk.httpserver.maxConnections", "256");
    // Else it would take half a minute to find a new replica.
    Security.setProperty("networkaddress.cache.ttl", "1");
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(new Main(StandardEngine::make, err), arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  static int run(Main main, String... arguments) {
    return new CommandLine(main)
        .setErr(main.err)
        .setDefaultValueProvider(new EnvironmentDefaults(System.getenv()))
        .setParameterExceptionHandler(Main::explain)
        .execute(arguments);
  }

  private static int explain(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String hint =
        e instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()
            ? " (did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?)"
            : "";
    command.getErr().println(NAME + ": " + e.getMessage() + hint + "; see --help");
    return USAGE;
  }

  @Override
  public Integer call() throws InterruptedException {
    Consumer<String> announce = line -> err.println(NAME + ": " + line);
    RunningServer server;
    try {
      server = RunningServer.start(ServerConfig.of(flags), engines, announce);
    } catch (UsageException e) {
      announce.accept(e.getMessage() + "; see --help");
      return USAGE;
    } catch (EnvironmentException e) {
      announce.accept(e.getMessage());
      return ENVIRONMENT;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("drain")
                .unstarted(() -> {
                  announce.accept("draining");
                  server.close();
                  announce.accept("stopped");
                  // Else the JVM reports the signal, as if stopping had not gone well.
                  Runtime.getRuntime().halt(0);
                }));
    new CountDownLatch(1).await();
    return 0;
  }
}
