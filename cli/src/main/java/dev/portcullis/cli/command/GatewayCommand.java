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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
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

  @Spec private CommandSpec spec;

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
      converter = AddressConverter.class,
      description = "Where clients connect.")
  private HostPort listen;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
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
    // A signal ends what was started as well: parts see to that.
    try (FileGateway gateway = new FileGateway(options(), Terminal.standardError())) {
      gateway.run();
    }
    return 0;
  }

  private GatewayOptions options() {
    try {
      return new GatewayOptions(policies, services, listen, admin, decisionLog);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  /** Reads a service for picocli. */
  static final class ServiceConverter implements ITypeConverter<GuardedService> {
    @Override
    public GuardedService convert(String text) {
      try {
        return GuardedService.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
