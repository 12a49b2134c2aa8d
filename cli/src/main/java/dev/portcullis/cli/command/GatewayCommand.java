// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Guards services on this machine by policies from files. */
@Command(
    name = "gateway",
    description = {
      "Guard services by policies from files, without a cluster: the same compiler, Envoy"
          + " configuration and engine.",
      "An edited file is in force within a second. With one service every Host reaches it; with"
          + " several, NAME.NAMESPACE does."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis gateway --policies examples/gateway --service shop/orders=127.0.0.1:9000"
          + " --listen 127.0.0.1:8080",
      "  portcullis gateway --policies a.yaml --policies b/ --service"
          + " shop/orders:http=127.0.0.1:9000 \\",
      "      --service shop/catalog=127.0.0.1:9001 --listen 0.0.0.0:8080 --decision-log"
          + " decisions.jsonl"
    })
public final class GatewayCommand implements Callable<Integer> {

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      required = true,
      arity = "1..*",
      description = "Files and directories of policies, ApiKeys and Secrets.")
  private List<Path> policies;

  @Option(
      names = "--service",
      paramLabel = "NS/NAME=HOST:PORT",
      required = true,
      converter = ServiceConverter.class,
      description =
          "A service and where it listens; NS/NAME:PORTNAME=… to name its port. May be repeated.")
  private List<GuardedService> services;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      required = true,
      converter = HostPortConverter.class,
      description = "Where clients connect.")
  private HostPort listen;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      converter = HostPortConverter.class,
      description = "Health and metrics of the decision service; default: a free port of loopback.")
  private @Nullable HostPort admin;

  @Option(
      names = "--decision-log",
      paramLabel = "FILE",
      description = "JSON lines; - for standard output, none for none (default none).",
      defaultValue = "none")
  private String decisionLog;

  @Override
  public Integer call() throws InterruptedException {
    GatewayOptions options = new GatewayOptions(policies, services, listen, admin, decisionLog);
    FileGateway gateway = new FileGateway(options, Terminal.standardError());
    // What was started ends in the shutdown hook, whichever way this process ends.
    Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "end-gateway"));
    gateway.run();
    return 0;
  }

  /** Reads a service for picocli. */
  static final class ServiceConverter implements ITypeConverter<GuardedService> {
    @Override
    public GuardedService convert(String text) {
      return converted(text, GuardedService::parse);
    }
  }

  /** Reads an address and port for picocli. */
  static final class HostPortConverter implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String text) {
      return converted(text, HostPort::parse);
    }
  }

  private static <T> T converted(String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
