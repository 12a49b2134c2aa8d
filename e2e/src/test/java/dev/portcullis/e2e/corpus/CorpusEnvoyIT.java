// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.gateway.DecisionServiceOptions;
import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.cli.through.DecisionLog;
import dev.portcullis.cli.through.EnvoyTarget;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Case;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * The corpus, byte for byte through a real Envoy: what must be refused never reaches the API behind
 * it.
 */
final class CorpusEnvoyIT {
  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-corpus-");
  private static final TokenEndpoints ENDPOINTS = new TokenEndpoints();
  private static final AtomicLong ARRIVED = new AtomicLong();
  private static @Nullable FileGateway gateway;
  private static @Nullable HttpServer api;

  @BeforeAll
  static void startApi() throws IOException {
    api = SampleApi.start(0, ARRIVED::incrementAndGet);
  }

  @AfterAll
  static void endEverything() {
    endGateway();
    Objects.requireNonNull(api).stop(0);
    ENDPOINTS.close();
    SCRATCH.close();
  }

  /** Lazily, so that one gateway stands at a time. */
  @TestFactory
  Stream<DynamicContainer> decidesEveryCase() throws IOException {
    return CorpusFiles.suites().stream()
        .map(file -> CorpusFiles.prepare(file, SCRATCH))
        .filter(CorpusFiles::throughEnvoy)
        .map(corpus -> corpus.asking(ENDPOINTS, SCRATCH))
        .map(CorpusEnvoyIT::suite);
  }

  private static DynamicContainer suite(CorpusFiles corpus) {
    try {
      endGateway();
      EnvoyTarget target = start(corpus, Objects.requireNonNull(api).getAddress().getPort());
      return DynamicContainer.dynamicContainer(
          corpus.suite().name(), CorpusCases.of(corpus, Case.Layer.ENVOY, target, ARRIVED::get));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void endGateway() {
    FileGateway ending = gateway;
    if (ending != null) {
      ending.close();
    }
  }

  private static EnvoyTarget start(CorpusFiles corpus, int apiPort)
      throws InterruptedException, IOException {
    RevocationPort revoking = RevocationPort.of(corpus.fixtures(), SCRATCH);
    ClientConnections clients =
        ClientConnections.isWanted(corpus.suite().cases())
            ? new ClientConnections(corpus.fixtures().authority())
            : null;
    int port = FreePorts.next();
    Path log = SCRATCH.path().resolve(corpus.suite().name() + ".jsonl");
    GatewayOptions options =
        new GatewayOptions(
            corpus.paths(),
            corpus.suite().services().stream()
                .map(service -> GuardedService.parse(service + "=127.0.0.1:" + apiPort))
                .toList(),
            new HostPort("127.0.0.1", port),
            clients == null ? null : clients.gateway(SCRATCH),
            new DecisionServiceOptions(
                null,
                log.toString(),
                corpus.database("country", corpus.fixtures().countries(), SCRATCH),
                corpus.database("asn", corpus.fixtures().systems(), SCRATCH),
                null,
                null,
                corpus.addressLists(SCRATCH),
                revoking == null ? null : revoking.options()));
    FileGateway starting = new FileGateway(options, Terminal.standardError());
    gateway = starting;
    starting.startGuarding();
    if (revoking != null) {
      revoking.take(corpus.fixtures().revocations());
    }
    return new EnvoyTarget(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        new DecisionLog(log),
        clients);
  }
}
