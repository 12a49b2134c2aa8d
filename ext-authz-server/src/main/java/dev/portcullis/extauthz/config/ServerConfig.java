// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import com.google.common.net.HostAndPort;
import dev.portcullis.extauthz.plan.PlanSource;
import dev.portcullis.extauthz.server.GrpcLimits;
import dev.portcullis.extauthz.stream.OperatorAddress;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.store.ValkeyAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the process was told to do.
 *
 * @param stateDirectory where the last good key sets are kept; null: nowhere
 * @param issuerAuthorities who may vouch for issuers beside the JVM's own authorities; null: nobody
 * @param tls how those who ask prove who they are
 * @param decisionLog a file, {@code -} or {@code none}
 * @param decisionLogQueue records that may wait
 * @param drain how long to decide on after SIGTERM
 * @param maxWaiting checks that may wait for more computing than an event loop does
 * @param tokenCacheBytes memory for verified tokens
 * @param geo where databases of addresses are
 * @param addressLists files of lists of addresses, by the names that policies have for them; they
 *     need not be there yet
 * @param nativeCrypto whether the native provider may verify signatures
 * @param revocation null: nothing can be revoked
 * @param valkey null: nothing is shared
 * @param metricRoutes routes counted under their own names
 * @param metricClients clients that metrics name
 * @param explainDecisions last decisions that are kept with their steps; 0: none
 */
public record ServerConfig(
    InetSocketAddress listen,
    InetSocketAddress admin,
    PlanSource plan,
    @Nullable Path stateDirectory,
    @Nullable Path issuerAuthorities,
    TlsConfig tls,
    String decisionLog,
    int decisionLogQueue,
    Duration drain,
    GrpcLimits limits,
    int maxWaiting,
    long tokenCacheBytes,
    GeoConfig geo,
    Map<String, Path> addressLists,
    boolean nativeCrypto,
    @Nullable RevocationConfig revocation,
    @Nullable ValkeyConfig valkey,
    int metricRoutes,
    int metricClients,
    int explainDecisions) {
  private static final int MAX_QUEUE = 1 << 20;
  private static final Pattern LIST_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  /**
   * Makes sense of flags.
   *
   * @throws UsageException when they make none
   * @throws EnvironmentException when a host has no address, or a file cannot be read
   */
  public static ServerConfig of(Flags flags) throws UsageException, EnvironmentException {
    InetSocketAddress listen = resolve("--listen", flags.listen);
    TlsConfig tls = tls(flags);
    if (!listen.getAddress().isLoopbackAddress() && !flags.insecureListen && !tls.required()) {
      throw new UsageException(
          "--listen "
              + flags.listen
              + " can be reached by other machines, and checks would travel unencrypted."
              + " Listen on a loopback address, demand --tls required, or add --insecure-listen if"
              + " the network keeps others out");
    }
    between("--decision-log-queue", flags.decisionLogQueue, 1, MAX_QUEUE);
    between("--threads", flags.threads, 0, 1024);
    between("--max-streams", flags.maxStreams, 1, 1 << 20);
    between("--max-waiting", flags.maxWaiting, 1, 1 << 16);
    between("--max-message", flags.maxMessage, 64 << 10, 64 << 20);
    between("--token-cache", flags.tokenCache, 0, 1L << 40);
    between("--explain-decisions", flags.explainDecisions, 0, 10_000);
    between("--metric-routes", flags.metricRoutes, 0, 100_000);
    between("--metric-clients", flags.metricClients, 0, 100);
    return new ServerConfig(
        listen,
        resolve("--admin", flags.admin),
        plan(flags),
        flags.stateDir == null ? null : writable("--state-dir", flags.stateDir),
        flags.issuerCa == null ? null : readable("--issuer-ca", flags.issuerCa),
        tls,
        flags.decisionLog,
        flags.decisionLogQueue,
        flags.drain,
        new GrpcLimits(
            flags.threads == 0 ? Runtime.getRuntime().availableProcessors() : flags.threads,
            flags.maxStreams,
            (int) flags.maxMessage),
        flags.maxWaiting,
        flags.tokenCache,
        new GeoConfig(flags.geoCountry, flags.geoAsn),
        addressLists(flags.addressLists),
        nativeCrypto(flags.nativeCrypto),
        revocation(flags),
        valkey(flags),
        flags.metricRoutes,
        flags.metricClients,
        flags.explainDecisions);
  }

  private static TlsConfig tls(Flags flags) throws UsageException {
    return switch (flags.tls) {
      case "off" -> {
        if (!flags.gatewayIdentities.isEmpty()) {
          throw new UsageException("--gateway-identity means nothing without --tls required");
        }
        yield TlsConfig.OFF;
      }
      case "required" -> {
        if (flags.operator == null) {
          throw new UsageException("--tls required needs --operator, which gives certificates");
        }
        yield new TlsConfig(true, gateways(flags.gatewayIdentities));
      }
      default -> throw new UsageException("--tls must be required or off, not " + flags.tls);
    };
  }

  private static @Nullable RevocationConfig revocation(Flags flags)
      throws UsageException, EnvironmentException {
    HostAndPort listen = flags.revocationListen;
    if (listen == null) {
      if (flags.revocationCertificate != null
          || flags.revocationKey != null
          || flags.revocationTokenFile != null
          || flags.revocationCa != null
          || !flags.revocationReplicas.isEmpty()) {
        throw new UsageException("--revocation-* means nothing without --revocation-listen");
      }
      return null;
    }
    List<String> missing = new ArrayList<>();
    require(missing, "--revocation-certificate", flags.revocationCertificate);
    require(missing, "--revocation-key", flags.revocationKey);
    require(missing, "--revocation-token-file", flags.revocationTokenFile);
    if (!flags.revocationReplicas.isEmpty()) {
      require(missing, "--revocation-ca", flags.revocationCa);
    }
    if (!missing.isEmpty()) {
      throw new UsageException("--revocation-listen also needs " + String.join(", ", missing));
    }
    between("--revocation-capacity", flags.revocationCapacity, 1, 1 << 20);
    between(
        "--revocation-lifetime in seconds",
        flags.revocationLifetime.toSeconds(),
        60,
        Duration.ofDays(400).toSeconds());
    return new RevocationConfig(
        resolve("--revocation-listen", listen),
        readable("--revocation-certificate", Objects.requireNonNull(flags.revocationCertificate)),
        readable("--revocation-key", Objects.requireNonNull(flags.revocationKey)),
        readable("--revocation-token-file", Objects.requireNonNull(flags.revocationTokenFile)),
        flags.revocationReplicas,
        flags.revocationCa == null ? null : readable("--revocation-ca", flags.revocationCa),
        flags.revocationLifetime,
        flags.revocationCapacity);
  }

  private static @Nullable ValkeyConfig valkey(Flags flags)
      throws UsageException, EnvironmentException {
    ValkeyAddress address = flags.valkey;
    if (address == null) {
      if (flags.valkeyUser != null
          || flags.valkeyPasswordFile != null
          || flags.valkeyCa != null
          || flags.valkeyKeys) {
        throw new UsageException("--valkey-* means nothing without --valkey");
      }
      return null;
    }
    if (flags.valkeyUser != null && flags.valkeyPasswordFile == null) {
      throw new UsageException("--valkey-user needs --valkey-password-file");
    }
    if (flags.valkeyCa != null && !address.tls()) {
      throw new UsageException(
          "--valkey-ca means nothing without TLS: begin --valkey with valkeys");
    }
    between("--valkey-timeout (ms)", flags.valkeyTimeout.toMillis(), 1, 1000);
    return new ValkeyConfig(
        address,
        flags.valkeyUser,
        flags.valkeyPasswordFile == null
            ? null
            : readable("--valkey-password-file", flags.valkeyPasswordFile),
        flags.valkeyCa == null ? null : readable("--valkey-ca", flags.valkeyCa),
        proofsNeedValkey(flags.valkeyProofs),
        flags.valkeyKeys,
        flags.valkeyTimeout);
  }

  private static boolean proofsNeedValkey(String flag) throws UsageException {
    return switch (flag) {
      case "local" -> false;
      case "refuse" -> true;
      default ->
          throw new UsageException("--proofs-without-valkey must be local or refuse, not " + flag);
    };
  }

  private static Map<String, Path> addressLists(Map<String, Path> files) throws UsageException {
    for (String name : files.keySet()) {
      if (name.length() > 63 || !LIST_NAME.matcher(name).matches()) {
        throw new UsageException(
            "--address-list: a name has at most 63 lower-case letters, digits and -, such as"
                + " tor-exits, not "
                + name);
      }
    }
    return Map.copyOf(files);
  }

  private static boolean nativeCrypto(String flag) throws UsageException {
    return switch (flag) {
      case "auto" -> true;
      case "off" -> false;
      default -> throw new UsageException("--native-crypto must be auto or off, not " + flag);
    };
  }

  private static Set<SpiffeId> gateways(List<String> flags) throws UsageException {
    Set<SpiffeId> gateways = new HashSet<>();
    for (String each : flags) {
      gateways.add(
          SpiffeId.parse(each)
              .orElseThrow(() ->
                  new UsageException(
                      "--gateway-identity must be spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT, not "
                          + each)));
    }
    return gateways;
  }

  private static PlanSource plan(Flags flags) throws UsageException, EnvironmentException {
    if ((flags.planDir == null) == (flags.operator == null)) {
      throw new UsageException("say where the plan comes from: either --plan-dir or --operator");
    }
    if (flags.planDir != null) {
      return new PlanSource.Directory(flags.planDir);
    }
    List<String> missing = new ArrayList<>();
    require(missing, "--operator-ca", flags.operatorCa);
    require(missing, "--token-file", flags.tokenFile);
    require(missing, "--state-dir", flags.stateDir);
    require(missing, "--node-id", flags.nodeId);
    if (!missing.isEmpty()) {
      throw new UsageException("--operator also needs " + String.join(", ", missing));
    }
    return new PlanSource.Operator(
        new OperatorAddress(
            Objects.requireNonNull(flags.operator),
            readable("--operator-ca", Objects.requireNonNull(flags.operatorCa)),
            readable("--token-file", Objects.requireNonNull(flags.tokenFile))),
        writable("--state-dir", Objects.requireNonNull(flags.stateDir)),
        Objects.requireNonNull(flags.nodeId),
        flags.operatorPatience);
  }

  private static void require(List<String> missing, String flag, @Nullable Object value) {
    if (value == null) {
      missing.add(flag);
    }
  }

  private static Path readable(String flag, Path file) throws EnvironmentException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new EnvironmentException(flag + ": cannot read the file " + file);
    }
    return file;
  }

  private static Path writable(String flag, Path directory) throws EnvironmentException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new EnvironmentException(flag + ": cannot make the directory " + directory);
    }
    if (!Files.isWritable(directory)) {
      throw new EnvironmentException(flag + ": cannot write to the directory " + directory);
    }
    return directory;
  }

  private static void between(String flag, long value, long least, long most)
      throws UsageException {
    if (value < least || value > most) {
      throw new UsageException(flag + " must be " + least + " to " + most + ", not " + value);
    }
  }

  private static InetSocketAddress resolve(String flag, HostAndPort address)
      throws EnvironmentException {
    InetSocketAddress resolved = new InetSocketAddress(address.getHost(), address.getPort());
    if (resolved.isUnresolved()) {
      throw new EnvironmentException(flag + ": no address is known for " + address.getHost());
    }
    return resolved;
  }
}
