// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import com.google.common.net.HostAndPort;
import dev.portcullis.store.ValkeyAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
              + "worked on; half as many may wait for what issuers say of tokens, "
              + "and half for the shared store. "
              + "More are refused with 503. "
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
      description =
          "Memory for tokens that were verified; half as much more is for what issuers said of "
              + "tokens. Default: ${DEFAULT-VALUE}.")
  long tokenCache;

  @Option(
      names = "--geo-country",
      paramLabel = "FILE",
      description =
          "Database in MaxMind's format that tells the countries of addresses; read again when it "
              + "is replaced. Without one, policies with geo refuse every request.")
  @Nullable Path geoCountry;

  @Option(
      names = "--geo-asn",
      paramLabel = "FILE",
      description =
          "The same for the numbers of networks (autonomous systems), which expressions read.")
  @Nullable Path geoAsn;

  @Option(
      names = "--address-list",
      paramLabel = "NAME=FILE",
      description =
          "List of addresses, one or a range a line, that policies name as file: NAME; read again "
              + "when it is replaced. Without it, policies that name it refuse every request. "
              + "Repeatable.")
  Map<String, Path> addressLists = new LinkedHashMap<>();

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
      names = "--issuer-ca",
      paramLabel = "FILE",
      description =
          "PEM file of authorities that vouch for issuers, beside the JVM's own: for key sets, "
              + "metadata and introspection. Read again when it is replaced.")
  @Nullable Path issuerCa;

  @Option(
      names = "--revocation-listen",
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
      description =
          "Where tokens, sessions, subjects and keys are revoked, quotas are looked after, and"
              + " issuers report logouts (HTTPS). Default: nowhere.")
  @Nullable HostAndPort revocationListen;

  @Option(
      names = "--revocation-certificate",
      paramLabel = "FILE",
      description = "PEM chain of --revocation-listen; may be rotated.")
  @Nullable Path revocationCertificate;

  @Option(
      names = "--revocation-key",
      paramLabel = "FILE",
      description = "PEM file (PKCS #8) of the key of --revocation-certificate; may be rotated.")
  @Nullable Path revocationKey;

  @Option(
      names = "--revocation-token-file",
      paramLabel = "FILE",
      description =
          "Bearer token, 16 characters or more, of those who may revoke and of the other replicas; "
              + "may be rotated.")
  @Nullable Path revocationTokenFile;

  @Option(
      names = "--revocation-replicas",
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
      description =
          "Name behind which the other replicas' --revocation-listen are; each of its addresses is "
              + "told of revocations and asked about them. Repeatable.")
  List<HostAndPort> revocationReplicas = new ArrayList<>();

  @Option(
      names = "--revocation-ca",
      paramLabel = "FILE",
      description = "PEM file of the authority that vouches for the other replicas.")
  @Nullable Path revocationCa;

  @Option(
      names = "--revocation-lifetime",
      paramLabel = "TIME",
      defaultValue = "24h",
      converter = DurationConverter.class,
      description =
          "How long a revocation lasts that does not say; no token must live longer. "
              + "Default: ${DEFAULT-VALUE}.")
  Duration revocationLifetime;

  @Option(
      names = "--revocation-capacity",
      paramLabel = "COUNT",
      defaultValue = "50000",
      description =
          "Revocations that are held at a time; more are refused until some expire. "
              + "Default: ${DEFAULT-VALUE}.")
  int revocationCapacity;

  @Option(
      names = "--valkey",
      paramLabel = "URL",
      converter = ValkeyConverter.class,
      description =
          "Share revocations, proofs of possession and limits of store.scope Cluster with the "
              + "other decision services over this server of Valkey or Redis: "
              + "valkey://HOST:PORT, valkey+sentinel://HOST:PORT,HOST:PORT/PRIMARY or "
              + "valkey+cluster://HOST:PORT,HOST:PORT; valkeys… is over TLS. Default: nothing is "
              + "shared.")
  @Nullable ValkeyAddress valkey;

  @Option(
      names = "--valkey-user",
      paramLabel = "NAME",
      description = "User of --valkey. Default: the server's default user.")
  @Nullable String valkeyUser;

  @Option(
      names = "--valkey-password-file",
      paramLabel = "FILE",
      description = "Password of --valkey; read for each connection, so it may be rotated.")
  @Nullable Path valkeyPasswordFile;

  @Option(
      names = "--valkey-ca",
      paramLabel = "FILE",
      description =
          "PEM file of the authority that vouches for --valkey. Default: whom the JVM trusts.")
  @Nullable Path valkeyCa;

  @Option(
      names = "--valkey-timeout",
      paramLabel = "TIME",
      defaultValue = "20ms",
      converter = DurationConverter.class,
      description =
          "How long a request waits for an answer of --valkey. Default: ${DEFAULT-VALUE}.")
  Duration valkeyTimeout;

  @Option(
      names = "--valkey-keys",
      description =
          "Look in --valkey for API keys whose id no ApiKey resource has. While it cannot be asked,"
              + " requests with such ids get 503.")
  boolean valkeyKeys;

  @Option(
      names = "--proofs-without-valkey",
      paramLabel = "local|refuse",
      defaultValue = "local",
      description =
          "What becomes of proofs of possession while --valkey cannot be asked. local: each "
              + "decision service takes a proof once. refuse: their requests get 503. "
              + "Default: ${DEFAULT-VALUE}.")
  String valkeyProofs;

  @Option(
      names = "--metric-routes",
      paramLabel = "COUNT",
      defaultValue = "1000",
      description =
          "Routes that metrics count under their own names; the rest are one series. "
              + "Default: ${DEFAULT-VALUE}.")
  int metricRoutes;

  @Option(
      names = "--metric-clients",
      paramLabel = "COUNT",
      defaultValue = "0",
      description =
          "Clients that metrics name: so many of those that ask most, and of those that are refused"
              + " most. Whoever reaches /metrics reads their names. Default: ${DEFAULT-VALUE},"
              + " none.")
  int metricClients;

  @Option(
      names = "--explain-decisions",
      paramLabel = "COUNT",
      defaultValue = "1000",
      description =
          "Last decisions that are kept, with their steps, for portcullis explain; 0 keeps none. "
              + "One takes about 2 KiB. They are told over loopback only, at "
              + "/decisions/ID of --admin. Default: ${DEFAULT-VALUE}.")
  int explainDecisions;

  /** Filled in by the command line's parser. */
  @SuppressWarnings("NullAway.Init")
  public Flags() {}

  static final class AddressConverter implements ITypeConverter<HostAndPort> {
    @Override
    public HostAndPort convert(String text) {
      return Units.address(text);
    }
  }

  static final class ValkeyConverter implements ITypeConverter<ValkeyAddress> {
    @Override
    public ValkeyAddress convert(String text) {
      return Units.valkey(text);
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
