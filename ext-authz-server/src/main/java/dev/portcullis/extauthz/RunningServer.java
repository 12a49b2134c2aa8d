// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.codec.PlanFormatException;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.engine.request.EpochNanos;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.extauthz.addresses.HeldLists;
import dev.portcullis.extauthz.addresses.KnownLists;
import dev.portcullis.extauthz.addresses.ListFiles;
import dev.portcullis.extauthz.apikey.StoredKeyUse;
import dev.portcullis.extauthz.apikey.ValkeyKeys;
import dev.portcullis.extauthz.check.AuthorizationService;
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.CheckResponseWriter;
import dev.portcullis.extauthz.check.ProbeResponder;
import dev.portcullis.extauthz.check.WaitingRoom;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.config.RevocationConfig;
import dev.portcullis.extauthz.config.ServerConfig;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.crypto.NativeCrypto;
import dev.portcullis.extauthz.ending.EndingService;
import dev.portcullis.extauthz.ending.Endings;
import dev.portcullis.extauthz.ending.Loads;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.geo.GeoFiles;
import dev.portcullis.extauthz.identity.Callers;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import dev.portcullis.extauthz.introspection.HttpIntrospector;
import dev.portcullis.extauthz.jwks.HttpKeyFetch;
import dev.portcullis.extauthz.jwks.IssuerTrust;
import dev.portcullis.extauthz.jwks.KeptKeySets;
import dev.portcullis.extauthz.jwks.RemoteKeySets;
import dev.portcullis.extauthz.limit.ReplicaCount;
import dev.portcullis.extauthz.limit.StoredQuotas;
import dev.portcullis.extauthz.limit.StorelessLimits;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.plan.ApiKeyDirectory;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.plan.KeySetUse;
import dev.portcullis.extauthz.plan.LastGoodPlan;
import dev.portcullis.extauthz.plan.PlanKeeper;
import dev.portcullis.extauthz.plan.PlanSource;
import dev.portcullis.extauthz.plan.PlanStatus;
import dev.portcullis.extauthz.plan.ReplicaObserver;
import dev.portcullis.extauthz.plan.SecretVault;
import dev.portcullis.extauthz.proof.StoredProofs;
import dev.portcullis.extauthz.quota.NamedLimits;
import dev.portcullis.extauthz.quota.QuotaDesk;
import dev.portcullis.extauthz.revocation.LogoutMethods;
import dev.portcullis.extauthz.revocation.RevocationServer;
import dev.portcullis.extauthz.revocation.StoredRevocations;
import dev.portcullis.extauthz.server.AdminServer;
import dev.portcullis.extauthz.server.DecisionPage;
import dev.portcullis.extauthz.server.DecisionServer;
import dev.portcullis.extauthz.server.Guard;
import dev.portcullis.extauthz.telemetry.DecisionCounters;
import dev.portcullis.extauthz.telemetry.DecisionLog;
import dev.portcullis.extauthz.telemetry.DecisionRing;
import dev.portcullis.extauthz.telemetry.Metric;
import dev.portcullis.extauthz.telemetry.RouteDirectory;
import dev.portcullis.extauthz.telemetry.ServerMetrics;
import dev.portcullis.extauthz.telemetry.Telemetry;
import dev.portcullis.extauthz.valkey.ValkeyStore;
import dev.portcullis.store.key.KeyRecords;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of the process, put together and running. */
final class RunningServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);

  /** Longer must no replica wait for others that may be gone. */
  private static final Duration CATCH_UP = Duration.ofSeconds(5);

  private final ServerConfig config;
  private final InstantSource clock;
  private final NativeCrypto crypto;
  private final DecisionCounters counters;
  private final RouteDirectory routes = new RouteDirectory();
  private final Deque<Runnable> closing = new ArrayDeque<>();
  private final @Nullable WorkloadIdentity identity;
  private final ServerMetrics metrics;
  private final DecisionServer grpc;
  private final AdminServer admin;
  private final @Nullable RevocationServer revocation;
  private final @Nullable ValkeyStore store;
  private final @Nullable StoredRevocations stored;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile boolean ready;

  /**
   * Starts everything.
   *
   * @param announce told once when the server listens and once when it is ready
   * @throws EnvironmentException when a port is taken, or a file cannot be read or written
   */
  static RunningServer start(ServerConfig config, EngineMaker engines, Consumer<String> announce)
      throws EnvironmentException {
    return start(config, engines, announce, Clock.systemUTC());
  }

  /** Starts everything by another clock than the machine's. */
  static RunningServer start(
      ServerConfig config, EngineMaker engines, Consumer<String> announce, InstantSource clock)
      throws EnvironmentException {
    return new RunningServer(config, engines, announce, clock);
  }

  private RunningServer(
      ServerConfig config, EngineMaker engines, Consumer<String> announce, InstantSource clock)
      throws EnvironmentException {
    this.config = config;
    this.clock = clock;
    this.counters = new DecisionCounters(config.metricClients());
    // Takes as long as all that is made until it is needed.
    CompletableFuture<NativeCrypto> choosing =
        CompletableFuture.supplyAsync(
            config.nativeCrypto() ? NativeCrypto::auto : NativeCrypto::off,
            task -> Thread.ofPlatform().daemon().name("native-crypto").start(task));
    this.identity = config.tls().required() ? new WorkloadIdentity(clock) : null;
    boolean complete = false;
    try {
      metrics = closeLater(new ServerMetrics(counters, routes, config.metricRoutes()));
      DecisionLog log = decisionLog();
      int explained = config.explainDecisions();
      DecisionRing ring = explained == 0 ? null : new DecisionRing(explained);
      ApiKeyUse use = new ApiKeyUse();
      // Somebody has to listen, or what is noted would be kept for nothing.
      store = store();
      ApiKeyDirectory keys =
          new ApiKeyDirectory(
              config.plan() instanceof PlanSource.Operator ? use : null, storedKeys());
      metrics.show(Metric.API_KEY_USES_UNNOTED, use::unnoted);
      SecretVault secrets = new SecretVault();
      IssuerTrust trust = issuerTrust();
      RemoteKeySets keySets = keySets(trust);
      GeoFiles geo = geo();
      HeldLists lists = new HeldLists();
      crypto = choosing.join();
      LOG.atInfo()
          .addKeyValue(LogKeys.NAME, crypto.loaded() ? "native" : "JDK")
          .addKeyValue(LogKeys.CAUSE, crypto.detail())
          .log("who verifies signatures");
      RevocationConfig revoking = config.revocation();
      RevocationSet revoked = revoked(revoking);
      stored = store == null ? null : closeLater(new StoredRevocations(store, revoked, clock));
      InProcessQuotaStore counted = ownQuotas();
      StoredQuotas shared = sharedQuotas();
      QuotaStores quotas = new QuotaStores(counted, shared == null ? SharedQuotas.NONE : shared);
      Engine engine =
          engines.make(
              new EnginePorts(
                  keys,
                  secrets,
                  keySets,
                  geo,
                  lists(lists),
                  revoked,
                  introspector(trust),
                  crypto.signatures(),
                  proofs(),
                  quotas,
                  secrets::nonceKeys,
                  config.tokenCacheBytes(),
                  metrics,
                  clock,
                  ring != null));
      LogoutMethods logouts = new LogoutMethods(crypto.signatures(), keySets, secrets);
      NamedLimits limits = new NamedLimits();
      StorelessLimits storeless = new StorelessLimits();
      metrics.show(Metric.LIMITER_STORELESS, storeless::routes);
      QuotaDesk desk = new QuotaDesk(limits, counted, shared, clock);
      PlanStatus status = new PlanStatus();
      PlanKeeper plan =
          new PlanKeeper(
              engine,
              keys,
              secrets,
              lists,
              routes,
              plans -> {
                keySets.retain(KeySetUse.of(plans));
                logouts.replace(plans);
                limits.replace(plans);
                if (shared == null) {
                  storeless.look(plans);
                }
              },
              status,
              clock);
      ProbeResponder probes = new ProbeResponder(secrets::probeKeys, routes::version, clock);
      grpc = closeLater(listen(engine, probes, quotas, new Telemetry(counters, routes, log, ring)));
      admin = admin(ring);
      revocation = revoking == null ? null : revocation(revoking, revoked, logouts, desk);
      announce.accept(
          "listening grpc=%s admin=%s%s"
              .formatted(
                  at(config.listen(), grpc.port()),
                  at(config.admin(), admin.port()),
                  revoking == null
                      ? ""
                      : " revocation=" + at(revoking.listen(), revocationPort())));
      show(status);
      closeLater(plan);
      startSharing();
      catchUp();
      follow(plan, new ReplicaObserver(keySets, use, clock), () -> becomeReady(status, announce));
      complete = true;
    } finally {
      if (!complete) {
        closing.forEach(Runnable::run);
      }
    }
  }

  private IssuerTrust issuerTrust() throws EnvironmentException {
    Path file = config.issuerAuthorities();
    try {
      return file == null ? IssuerTrust.ofTheJvm() : IssuerTrust.with(file);
    } catch (IOException e) {
      throw new EnvironmentException("--issuer-ca " + file + ": " + e.getMessage());
    }
  }

  private RemoteKeySets keySets(IssuerTrust trust) {
    Path state = config.stateDirectory();
    KeptKeySets kept = state == null ? null : new KeptKeySets(state.resolve("key-sets"));
    if (kept != null) {
      metrics.show(Metric.JWKS_SAVE_FAILURES, kept::failures);
    }
    RemoteKeySets sets =
        closeLater(new RemoteKeySets(closeLater(new HttpKeyFetch(trust)), kept, clock));
    metrics.show(Metric.JWKS_SETS, sets::size);
    metrics.show(Metric.JWKS_MISSING, sets::missing);
    metrics.show(Metric.JWKS_STALE, sets::stale);
    metrics.show(Metric.JWKS_FETCHES, sets::fetches);
    metrics.show(Metric.JWKS_FAILURES, sets::failures);
    return sets;
  }

  private GeoFiles geo() {
    GeoFiles files = closeLater(new GeoFiles(config.geo()));
    metrics.show(Metric.GEO_DATABASES, files::used);
    metrics.show(Metric.GEO_AGE_SECONDS, () -> age(files.built()));
    metrics.show(Metric.GEO_REFUSED, files::refused);
    return files;
  }

  private KnownLists lists(HeldLists held) {
    ListFiles files = closeLater(new ListFiles(config.addressLists()));
    metrics.show(Metric.ADDRESS_RANGES, held::ranges);
    metrics.show(Metric.ADDRESS_FILES, files::used);
    metrics.show(Metric.ADDRESS_FILES_REFUSED, files::refused);
    return new KnownLists(held, files);
  }

  private HttpIntrospector introspector(IssuerTrust trust) {
    HttpIntrospector introspector = closeLater(new HttpIntrospector(trust));
    metrics.show(Metric.INTROSPECTIONS_IN_FLIGHT, introspector::inFlight);
    metrics.show(Metric.INTROSPECTIONS_TURNED_AWAY, introspector::turnedAway);
    return introspector;
  }

  private RevocationSet revoked(@Nullable RevocationConfig revoking) {
    // Without a port of its own this replica still learns from the store what others were told.
    int capacity =
        revoking != null
            ? revoking.capacity()
            : config.valkey() == null ? 0 : RevocationSet.DEFAULT_CAPACITY;
    RevocationSet set = new RevocationSet(capacity);
    if (capacity > 0) {
      metrics.show(Metric.REVOCATIONS, () -> set.size(clock.instant()));
      metrics.show(Metric.REVOCATION_CAPACITY, set::capacity);
      metrics.show(Metric.REVOCATIONS_REFUSED, set::refusals);
    }
    return set;
  }

  private @Nullable ValkeyStore store() {
    ValkeyConfig shared = config.valkey();
    if (shared == null) {
      metrics.show(Metric.VALKEY_CONNECTED, () -> Double.NaN);
      metrics.show(Metric.VALKEY_WRITABLE, () -> Double.NaN);
      return null;
    }
    ValkeyStore made = closeLater(new ValkeyStore(shared));
    metrics.show(Metric.VALKEY_CONNECTED, () -> made.isOpen() ? 1 : 0);
    metrics.show(Metric.VALKEY_WRITABLE, () -> made.takesWrites() ? 1 : 0);
    metrics.show(Metric.VALKEY_LOST, made::lost);
    metrics.show(Metric.VALKEY_COMMANDS, made::asked);
    metrics.show(Metric.VALKEY_FAILURES, made::failed);
    metrics.show(Metric.VALKEY_UNTOLD, made::untold);
    return made;
  }

  private @Nullable StoredProofs proofs() {
    ValkeyConfig shared = config.valkey();
    if (store == null || shared == null) {
      return null;
    }
    StoredProofs proofs = new StoredProofs(store, shared.proofsNeedIt());
    metrics.show(Metric.PROOFS_UNSHARED, proofs::unshared);
    return proofs;
  }

  private InProcessQuotaStore ownQuotas() {
    InProcessQuotaStore quotas =
        new InProcessQuotaStore(InProcessQuotaStore.capacityIn(Runtime.getRuntime().maxMemory()));
    metrics.show(Metric.LIMITER_KEYS, quotas::size);
    metrics.show(Metric.LIMITER_RESERVATIONS, quotas::reservations);
    metrics.show(Metric.LIMITER_CROWDED_OUT, quotas::crowdedOut);
    metrics.show(Metric.LIMITER_ABANDONED, quotas::abandoned);
    return quotas;
  }

  private @Nullable StoredQuotas sharedQuotas() {
    ValkeyConfig shared = config.valkey();
    if (store == null || shared == null) {
      return null;
    }
    ReplicaCount replicas = closeLater(new ReplicaCount(store));
    replicas.start();
    StoredQuotas quotas = closeLater(new StoredQuotas(store, shared.isCluster(), replicas::latest));
    metrics.show(Metric.LIMITER_LEASED, quotas::spent);
    metrics.show(Metric.LIMITER_REPLICAS, replicas::latest);
    metrics.show(Metric.LIMITER_UNSHARED, quotas::unshared);
    metrics.show(Metric.LIMITER_REMEMBERED, quotas::remembered);
    return quotas;
  }

  private @Nullable ValkeyKeys storedKeys() {
    ValkeyConfig shared = config.valkey();
    if (store == null || shared == null || !shared.keys()) {
      return null;
    }
    ApiKeyUse use = new ApiKeyUse(KeyRecords::placeOf);
    ValkeyKeys keys = new ValkeyKeys(store, shared.timeout(), use);
    StoredKeyUse written = closeLater(new StoredKeyUse(store, use, shared.isCluster(), clock));
    written.start();
    metrics.show(Metric.VALKEY_KEYS, keys::size);
    metrics.show(Metric.VALKEY_KEYS_MALFORMED, keys::malformed);
    metrics.show(Metric.VALKEY_KEY_USES_UNNOTED, use::unnoted);
    metrics.show(Metric.VALKEY_KEY_USE_FAILURES, written::failures);
    return keys;
  }

  private void startSharing() {
    if (store != null && stored != null) {
      store.start();
      stored.start();
    }
  }

  private WaitingRoom waitingRoom() {
    WaitingRoom room =
        closeLater(
            new WaitingRoom(Runtime.getRuntime().availableProcessors(), config.maxWaiting()));
    metrics.show(Metric.CHECKS_WAITING, room::waiting);
    metrics.show(Metric.CHECKS_ASKING, room::asking);
    metrics.show(Metric.CHECKS_WAITED, room::admitted);
    metrics.show(Metric.CHECKS_TURNED_AWAY, room::turnedAway);
    metrics.show(Metric.CHECKS_OVERDUE, room::overdue);
    metrics.show(Metric.CHECKS_ABANDONED, room::abandoned);
    return room;
  }

  private @Nullable DecisionLog decisionLog() throws EnvironmentException {
    if (config.decisionLog().equals("none")) {
      return null;
    }
    DecisionLogFile file = closeLater(DecisionLogFile.open(config.decisionLog()));
    DecisionLog log = closeLater(new DecisionLog(file.stream(), config.decisionLogQueue()));
    metrics.show(log);
    return log;
  }

  private DecisionServer listen(
      Engine engine, ProbeResponder probes, QuotaStores quotas, Telemetry telemetry)
      throws EnvironmentException {
    Tickets tickets = new Tickets();
    Endings endings = endings(tickets, quotas, engine);
    AuthorizationService service =
        new AuthorizationService(
            engine,
            new CheckRequestReader(clock),
            probes,
            new CheckResponseWriter(tickets),
            telemetry,
            endings::unanswered,
            waitingRoom());
    try {
      return DecisionServer.start(
          config.listen(), service, new EndingService(endings), guard(), config.limits());
    } catch (IOException e) {
      throw taken("--listen", config.listen(), e);
    }
  }

  private Endings endings(Tickets tickets, QuotaStores quotas, Engine engine) {
    Loads loads = new Loads(engine);
    Endings endings = new Endings(tickets, quotas, loads, clock);
    metrics.show(Metric.OVERLOAD_REPORTS, loads::heard);
    metrics.showOverloads(() -> engine.overloads(EpochNanos.of(clock.instant())));
    metrics.show(Metric.LIMITER_ENDINGS, endings::heard);
    metrics.show(Metric.LIMITER_ENDINGS_ELSEWHERE, endings::elsewhere);
    metrics.show(Metric.LIMITER_ENDINGS_UNREADABLE, endings::unreadable);
    return endings;
  }

  private Guard guard() {
    WorkloadIdentity own = identity;
    if (own == null) {
      return Guard.open();
    }
    Callers callers = new Callers(own, config.tls().gateways());
    metrics.show(Metric.STRANGERS, callers::strangers);
    metrics.show(
        Metric.CERTIFICATE_SECONDS,
        () -> {
          Instant until = own.until();
          return until == null
              ? Double.NaN
              : Duration.between(clock.instant(), until).toMillis() / 1e3;
        });
    return Guard.mutualTls(own, callers);
  }

  /** Also that Envoys can connect: without a certificate no handshake succeeds. */
  private boolean isReady() {
    return ready && (identity == null || identity.ready());
  }

  private AdminServer admin(@Nullable DecisionRing ring) throws EnvironmentException {
    try {
      return closeLater(
          AdminServer.start(
              config.admin(),
              metrics::scrape,
              this::isReady,
              ring == null ? null : new DecisionPage(ring)));
    } catch (IOException e) {
      throw taken("--admin", config.admin(), e);
    }
  }

  private RevocationServer revocation(
      RevocationConfig settings, RevocationSet set, LogoutMethods logouts, QuotaDesk desk)
      throws EnvironmentException {
    try {
      RevocationServer server =
          closeLater(RevocationServer.start(settings, set, stored, logouts, desk, clock));
      metrics.show(Metric.REVOCATION_REPLICAS_UNREACHABLE, server::unreachable);
      return server;
    } catch (BindException e) {
      throw taken("--revocation-listen", settings.listen(), e);
    } catch (IOException | GeneralSecurityException e) {
      throw new EnvironmentException("--revocation-listen: " + e.getMessage());
    }
  }

  /** Nobody is let in before it is known whom the other replicas and the store keep out. */
  private void catchUp() {
    RevocationServer server = revocation;
    try {
      if (server != null && !server.awaitCaughtUp(CATCH_UP)) {
        LOG.warn("other replicas do not say what is revoked; deciding without it");
      }
      if (stored != null && !stored.awaitRead(CATCH_UP)) {
        LOG.warn("the shared store does not say what is revoked; deciding without it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(PlanKeeper plan, ReplicaObserver observer, Runnable whenReady)
      throws EnvironmentException {
    switch (config.plan()) {
      case PlanSource.Directory directory -> {
        try {
          plan.follow(directory, whenReady);
        } catch (NoSuchFileException e) {
          throw new EnvironmentException("--plan-dir: there is no " + e.getMessage());
        } catch (IOException | PlanFormatException e) {
          throw new EnvironmentException(
              "--plan-dir " + directory.directory() + ": " + e.getMessage());
        }
      }
      case PlanSource.Operator operator -> {
        LastGoodPlan lastGood = plan.follow(operator, identity, observer, whenReady);
        metrics.show(Metric.PLAN_SAVE_FAILURES, lastGood::failures);
      }
    }
  }

  private void becomeReady(PlanStatus status, Consumer<String> announce) {
    Warmup.run(clock, crypto.signatures());
    grpc.ready();
    ready = true;
    announce.accept("ready routes=%d".formatted(status.routes()));
  }

  private void show(PlanStatus status) {
    metrics.show(Metric.PLAN_ROUTES, status::routes);
    metrics.show(Metric.PLAN_API_KEYS, status::apiKeys);
    metrics.show(Metric.PLAN_UPDATES, status::updates);
    metrics.show(Metric.PLAN_REJECTIONS, status::rejections);
    metrics.show(Metric.PLAN_CONNECTED, () -> status.connected() ? 1 : 0);
    metrics.show(Metric.PLAN_AGE_SECONDS, () -> age(status.since()));
    metrics.show(Metric.NATIVE_CRYPTO, () -> crypto.loaded() ? 1 : 0);
    metrics.show(Metric.CONNECTIONS, grpc::connections);
  }

  private double age(@Nullable Instant since) {
    return since == null ? Double.NaN : Duration.between(since, clock.instant()).toMillis() / 1e3;
  }

  int grpcPort() {
    return grpc.port();
  }

  /** Where credentials are taken back; 0: nowhere. */
  int revocationPort() {
    return revocation == null ? 0 : revocation.port();
  }

  int adminPort() {
    return admin.port();
  }

  private <T extends AutoCloseable> T closeLater(T part) {
    closing.push(() -> {
      try {
        part.close();
      } catch (Exception e) {
        throw new IllegalStateException("a part that does not close", e);
      }
    });
    return part;
  }

  private static EnvironmentException taken(
      String flag, InetSocketAddress address, IOException cause) {
    String text =
        String.valueOf(
            cause.getCause() == null ? cause.getMessage() : cause.getCause().getMessage());
    return new EnvironmentException(
        "cannot listen on %s: %s; choose another address with %s"
            .formatted(
                at(address, address.getPort()),
                text.substring(text.lastIndexOf(": ") + 1).strip(),
                flag));
  }

  private static String at(InetSocketAddress address, int port) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** Drains, then stops all parts. A second call does nothing. */
  @Override
  public void close() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    ready = false;
    try {
      grpc.drain(config.drain());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closing.forEach(Runnable::run);
  }
}
