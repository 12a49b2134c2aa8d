// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.codec.PlanFormatException;
import dev.portcullis.engine.Engine;
import dev.portcullis.extauthz.check.AuthorizationService;
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.CheckResponseWriter;
import dev.portcullis.extauthz.check.ProbeResponder;
import dev.portcullis.extauthz.check.WaitingRoom;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.config.ServerConfig;
import dev.portcullis.extauthz.crypto.NativeCrypto;
import dev.portcullis.extauthz.identity.Callers;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import dev.portcullis.extauthz.jwks.HttpKeyFetch;
import dev.portcullis.extauthz.jwks.KeptKeySets;
import dev.portcullis.extauthz.jwks.RemoteKeySets;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.plan.ApiKeyDirectory;
import dev.portcullis.extauthz.plan.LastGoodPlan;
import dev.portcullis.extauthz.plan.PlanKeeper;
import dev.portcullis.extauthz.plan.PlanSource;
import dev.portcullis.extauthz.plan.PlanStatus;
import dev.portcullis.extauthz.plan.SecretVault;
import dev.portcullis.extauthz.server.AdminServer;
import dev.portcullis.extauthz.server.DecisionServer;
import dev.portcullis.extauthz.server.Guard;
import dev.portcullis.extauthz.telemetry.DecisionCounters;
import dev.portcullis.extauthz.telemetry.DecisionLog;
import dev.portcullis.extauthz.telemetry.Metric;
import dev.portcullis.extauthz.telemetry.RouteDirectory;
import dev.portcullis.extauthz.telemetry.ServerMetrics;
import dev.portcullis.extauthz.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  private final ServerConfig config;
  private final InstantSource clock;
  private final NativeCrypto crypto;
  private final DecisionCounters counters = new DecisionCounters();
  private final RouteDirectory routes = new RouteDirectory();
  private final Deque<Runnable> closing = new ArrayDeque<>();
  private final @Nullable WorkloadIdentity identity;
  private final ServerMetrics metrics;
  private final DecisionServer grpc;
  private final AdminServer admin;
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
      ApiKeyDirectory keys = new ApiKeyDirectory();
      SecretVault secrets = new SecretVault();
      RemoteKeySets keySets = keySets();
      crypto = choosing.join();
      LOG.atInfo()
          .addKeyValue(LogKeys.NAME, crypto.loaded() ? "native" : "JDK")
          .addKeyValue(LogKeys.CAUSE, crypto.detail())
          .log("who verifies signatures");
      Engine engine =
          engines.make(
              new EnginePorts(
                  keys, secrets, keySets, crypto.signatures(), config.tokenCacheBytes(), metrics));
      PlanStatus status = new PlanStatus();
      PlanKeeper plan =
          new PlanKeeper(engine, keys, secrets, routes, keySets::retain, status, clock);
      ProbeResponder probes = new ProbeResponder(secrets::probeKeys, routes::version, clock);
      grpc = closeLater(listen(engine, probes, log));
      admin = admin();
      announce.accept(
          "listening grpc=%s admin=%s"
              .formatted(at(config.listen(), grpc.port()), at(config.admin(), admin.port())));
      show(status);
      closeLater(plan);
      follow(plan, () -> becomeReady(status, announce));
      complete = true;
    } finally {
      if (!complete) {
        closing.forEach(Runnable::run);
      }
    }
  }

  private RemoteKeySets keySets() {
    Path state = config.stateDirectory();
    KeptKeySets kept = state == null ? null : new KeptKeySets(state.resolve("key-sets"));
    if (kept != null) {
      metrics.show(Metric.JWKS_SAVE_FAILURES, kept::failures);
    }
    RemoteKeySets sets = closeLater(new RemoteKeySets(closeLater(new HttpKeyFetch()), kept, clock));
    metrics.show(Metric.JWKS_SETS, sets::size);
    metrics.show(Metric.JWKS_MISSING, sets::missing);
    metrics.show(Metric.JWKS_STALE, sets::stale);
    metrics.show(Metric.JWKS_FETCHES, sets::fetches);
    metrics.show(Metric.JWKS_FAILURES, sets::failures);
    return sets;
  }

  private WaitingRoom waitingRoom() {
    WaitingRoom room =
        closeLater(
            new WaitingRoom(Runtime.getRuntime().availableProcessors(), config.maxWaiting()));
    metrics.show(Metric.CHECKS_WAITING, room::waiting);
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

  private DecisionServer listen(Engine engine, ProbeResponder probes, @Nullable DecisionLog log)
      throws EnvironmentException {
    AuthorizationService service =
        new AuthorizationService(
            engine,
            new CheckRequestReader(clock),
            probes,
            new CheckResponseWriter(),
            new Telemetry(counters, routes, log),
            waitingRoom());
    try {
      return DecisionServer.start(config.listen(), service, guard(), config.limits());
    } catch (IOException e) {
      throw taken("--listen", config.listen(), e);
    }
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

  private AdminServer admin() throws EnvironmentException {
    try {
      return closeLater(AdminServer.start(config.admin(), metrics::scrape, this::isReady));
    } catch (IOException e) {
      throw taken("--admin", config.admin(), e);
    }
  }

  private void follow(PlanKeeper plan, Runnable whenReady) throws EnvironmentException {
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
        LastGoodPlan lastGood = plan.follow(operator, identity, whenReady);
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
