// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.gateway.DecisionServiceOptions;
import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GatewayTls;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.gateway.RevocationOptions;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
      names = "--geo-country",
      paramLabel = "FILE",
      description =
          "Database in MaxMind's format that tells the countries of addresses; read again when it"
              + " is replaced.")
  private @Nullable Path geoCountry;

  @Option(
      names = "--geo-asn",
      paramLabel = "FILE",
      description = "The same for the numbers of networks (autonomous systems).")
  private @Nullable Path geoAsn;

  @Option(
      names = "--issuer-ca",
      paramLabel = "FILE",
      description =
          "PEM file of authorities that vouch for issuers, beside those that the JVM knows; read"
              + " again when it is replaced.")
  private @Nullable Path issuerCa;

  @Option(
      names = "--valkey",
      paramLabel = "URL",
      description =
          "What decision services share is shared over this server of Valkey or Redis, such as"
              + " valkey://127.0.0.1:6379, and API keys whose id no ApiKey of the files has are"
              + " looked up there. One that asks for a password needs a decision service of its"
              + " own: ext-authz-server --help.")
  private @Nullable String valkey;

  @Option(
      names = "--address-list",
      paramLabel = "NAME=FILE",
      description =
          "List of addresses, one or a range a line, that policies name as file: NAME; read again"
              + " when it is replaced. May be repeated.")
  private Map<String, Path> addressLists = new TreeMap<>();

  @Option(
      names = "--revocation-listen",
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
      description =
          "Where tokens, sessions and keys are withdrawn (portcullis revoke), quotas are looked"
              + " after (portcullis quota) and issuers report logouts. Needs --revocation-dir.")
  private @Nullable HostPort revocationListen;

  @Option(
      names = "--revocation-dir",
      paramLabel = "DIR",
      description =
          "tls.crt and tls.key (PKCS #8) of that port, and the bearer token of who may withdraw"
              + " in token. Others that are moved there are used without a restart.")
  private @Nullable Path revocationDirectory;

  @Option(
      names = "--decision-log",
      paramLabel = "FILE",
      description = "JSON lines; - for standard output, none for none (default none).",
      defaultValue = "none")
  private String decisionLog;

  @Option(
      names = "--tls-dir",
      paramLabel = "DIR",
      description =
          "Speak TLS with tls.crt and tls.key of this directory. Others that are moved there are"
              + " served without a restart.")
  private @Nullable Path tlsDirectory;

  @Option(
      names = "--client-ca-dir",
      paramLabel = "DIR",
      description =
          "Ask clients for certificates that the authorities in ca.crt of this directory signed,"
              + " and that the lists in ca.crl, if it is there at the start, do not revoke. Needs"
              + " --tls-dir.")
  private @Nullable Path clientDirectory;

  @Option(
      names = "--client-certificates",
      paramLabel = "optional|required",
      description = "Whether who shows none is turned away (default optional).",
      defaultValue = "optional")
  private ClientCertificates clientCertificates;

  /** Whether clients must show a certificate. */
  enum ClientCertificates {
    OPTIONAL,
    REQUIRED
  }

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
      return new GatewayOptions(policies, services, listen, tls(), decisions());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private DecisionServiceOptions decisions() {
    return new DecisionServiceOptions(
        admin, decisionLog, geoCountry, geoAsn, issuerCa, valkey, addressLists, revocations());
  }

  private @Nullable RevocationOptions revocations() {
    if (revocationListen != null && revocationDirectory != null) {
      return new RevocationOptions(revocationListen, revocationDirectory);
    }
    if (revocationListen != null || revocationDirectory != null) {
      throw new IllegalArgumentException(
          "--revocation-listen and --revocation-dir need each other: where, and by whom");
    }
    return null;
  }

  private @Nullable GatewayTls tls() {
    boolean required = clientCertificates == ClientCertificates.REQUIRED;
    if (tlsDirectory != null) {
      return new GatewayTls(tlsDirectory, clientDirectory, required);
    }
    if (clientDirectory != null || required) {
      throw new IllegalArgumentException(
          "clients show certificates only over TLS: add --tls-dir with the gateway's own");
    }
    return null;
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
