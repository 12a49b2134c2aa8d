// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.cli.through.SuitePolicies;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Case;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** The corpus, put to the decision service as a process of its own. */
final class CorpusGrpcIT {
  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-corpus-");
  private static final ProcessGroup PROCESSES = new ProcessGroup(SCRATCH.path());

  private static final List<GrpcTarget> TARGETS = new ArrayList<>();

  private static final TokenEndpoints ENDPOINTS = new TokenEndpoints();

  @AfterAll
  static void endEverything() {
    ENDPOINTS.close();
    TARGETS.forEach(GrpcTarget::close);
    PROCESSES.close();
    SCRATCH.close();
  }

  /** Lazily, so that a suite's decision service starts when its turn comes. */
  @TestFactory
  Stream<DynamicContainer> decidesEveryCase() throws IOException {
    return CorpusFiles.suites().stream().map(CorpusGrpcIT::suite);
  }

  private static DynamicContainer suite(Path file) {
    CorpusFiles corpus = CorpusFiles.prepare(file, SCRATCH).asking(ENDPOINTS, SCRATCH);
    try {
      GrpcTarget target = new GrpcTarget(start(corpus));
      TARGETS.add(target);
      return DynamicContainer.dynamicContainer(
          corpus.suite().name(), CorpusCases.of(corpus, Case.Layer.GRPC, target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a decision service with the plan of one suite; limits of two suites must not meet. */
  private static int start(CorpusFiles corpus) throws IOException {
    CompileResult plan = SuitePolicies.compile(corpus.suite(), corpus.fixtures()).result();
    Path directory = SCRATCH.path().resolve("plan-" + corpus.suite().name());
    new PlanDirectory(directory)
        .write(
            new PlanSnapshot(
                List.copyOf(plan.routes().values()), List.copyOf(plan.apiKeys().values())),
            plan.secrets().values(),
            plan.lists().values());
    int port = FreePorts.next();
    int admin = FreePorts.next();
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--listen=127.0.0.1:" + port,
                "--admin=127.0.0.1:" + admin,
                "--plan-dir=" + directory,
                "--decision-log=none"));
    Path countries = corpus.database("country", corpus.fixtures().countries(), SCRATCH);
    if (countries != null) {
      flags.add("--geo-country=" + countries);
    }
    Path systems = corpus.database("asn", corpus.fixtures().systems(), SCRATCH);
    if (systems != null) {
      flags.add("--geo-asn=" + systems);
    }
    corpus
        .addressLists(SCRATCH)
        .forEach((name, list) -> flags.add("--address-list=" + name + "=" + list));
    RevocationPort revoking = RevocationPort.of(corpus.fixtures(), SCRATCH);
    if (revoking != null) {
      flags.addAll(revoking.options().flags());
    }
    PROCESSES.start(
        "ext-authz-server-" + corpus.suite().name(),
        Program.EXT_AUTHZ_SERVER.command(flags.toArray(String[]::new)),
        () -> Answers.ready(admin));
    if (revoking != null) {
      revoking.take(corpus.fixtures().revocations());
    }
    return port;
  }
}
