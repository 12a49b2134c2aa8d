// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** The flags as they stand on the command line; {@link ServerConfig#of} makes sense of them. */
public final class Flags {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9191",
      converter = AddressConverter.class,
      description = "Where Envoy asks (gRPC). Default: ${DEFAULT-VALUE}.")
  HostAndPort listen;

  @Option(
      names = "--insecure-listen",
      description =
          "Allow --listen on an address that other machines can reach. Checks travel "
              + "unencrypted and anybody who reaches the port may ask; use it only behind a "
              + "network policy.")
  boolean insecureListen;

  @Option(
      names = "--tls",
      paramLabel = "required|off",
      defaultValue = "off",
      description =
          "required: who asks proves who it is by mutual TLS, with certificates that --operator "
              + "gives, and may ask about the routes of its own namespace only. "
              + "Default: ${DEFAULT-VALUE}.")
  String tls;

  @Option(
      names = "--gateway-identity",
      paramLabel = "SPIFFE-ID",
      description = "Who may, by --tls required, ask about every route. Repeatable.")
  List<String> gatewayIdentities = new ArrayList<>();

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9192",
      converter = AddressConverter.class,
      description = "Where /metrics, /healthz and /readyz are (HTTP). Default: ${DEFAULT-VALUE}.")
  HostAndPort admin;

  @Option(
      names = "--plan-dir",
      paramLabel = "DIR",
      description = "Decide by the plan in this directory, and follow its changes.")
  @Nullable Path planDir;

  @Option(
      names = "--operator",
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
      description = "Decide by the plan that this operator streams (TLS).")
  @Nullable HostAndPort operator;

  @Option(
      names = "--operator-ca",
      paramLabel = "FILE",
      description = "PEM file of the authority that vouches for the operator; may be rotated.")
  @Nullable Path operatorCa;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Bearer token that proves to the operator who we are; may be rotated.")
  @Nullable Path tokenFile;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where the last good plan and key sets are kept, to start from when the operator or an "
              + "issuer is away.")
  @Nullable Path stateDir;

  @Option(
      names = "--node-id",
      paramLabel = "ID",
      description = "Name under which the operator knows this replica.")
  @Nullable String nodeId;

  @Option(
      names = "--operator-patience",
      paramLabel = "TIME",
      defaultValue = "2s",
      converter = DurationConverter.class,
      description =
          "How long, at the start, a silent operator keeps us from calling the last "
              + "good plan current. Default: ${DEFAULT-VALUE}.")
  Duration operatorPatience;

  @Option(
      names = "--decision-log",
      paramLabel = "FILE|-|none",
      defaultValue = "none",
      description =
          "Where decisions are logged as JSON lines; - is standard output. Default: none.")
  String decisionLog;

  @Option(
      names = "--decision-log-queue",
      paramLabel = "COUNT",
      defaultValue = "4096",
      description = "Decisions that may wait to be logged. Default: ${DEFAULT-VALUE}.")
  int decisionLogQueue;

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description =
          "How long, after SIGTERM, to decide on while Envoys notice that we are going. "
              + "Default: ${DEFAULT-VALUE}.")
  Duration drain;

  @Option(
      names = "--threads",
      paramLabel = "COUNT",
      defaultValue = "0",
      description = "Event loops that decide; 0 is one per processor. Default: ${DEFAULT-VALUE}.")
  int threads;

  @Option(
      names = "--max-streams",
      paramLabel = "COUNT",
      defaultValue = "1024",
      description = "Checks one connection may have under way. Default: ${DEFAULT-VALUE}.")
  int maxStreams;

  @Option(
      names = "--max-waiting",
      paramLabel = "COUNT",
      defaultValue = "512",
      description =
          "Checks that may wait for the verification of a signature, those included that are "
              + "worked on; more are refused with 503. "
              + "Default: ${DEFAULT-VALUE}.")
  int maxWaiting;

  @Option(
      names = "--max-message",
      paramLabel = "SIZE",
      defaultValue = "4MiB",
      converter = BytesConverter.class,
      description = "Largest check, with the body that Envoy may add. Default: ${DEFAULT-VALUE}.")
  long maxMessage;

  @Option(
      names = "--token-cache",
      paramLabel = "SIZE",
      defaultValue = "64MiB",
      converter = BytesConverter.class,
      description = "Memory for tokens that were verified. Default: ${DEFAULT-VALUE}.")
  long tokenCache;

  @Option(
      names = "--native-crypto",
      paramLabel = "auto|off",
      defaultValue = "auto",
      description =
          "auto: signatures are verified by Amazon Corretto Crypto Provider where it loads and "
              + "passes its own tests, else by the JDK. off: by the JDK. "
              + "Default: ${DEFAULT-VALUE}.")
  String nativeCrypto;

  @Option(
      names = "--metric-routes",
      paramLabel = "COUNT",
      defaultValue = "1000",
      description =
          "Routes that metrics count under their own names; the rest are one series. "
              + "Default: ${DEFAULT-VALUE}.")
  int metricRoutes;

  /** Filled in by the command line's parser. */
  @SuppressWarnings("NullAway.Init")
  public Flags() {}

  static final class AddressConverter implements ITypeConverter<HostAndPort> {
    @Override
    public HostAndPort convert(String text) {
      return Units.address(text);
    }
  }

  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Units.duration(text);
    }
  }

  static final class BytesConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return Units.bytes(text);
    }
  }
}
