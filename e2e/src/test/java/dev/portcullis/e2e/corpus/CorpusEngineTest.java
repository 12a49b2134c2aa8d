// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import dev.portcullis.cli.through.EngineTarget;
import dev.portcullis.cli.through.SuiteGeo;
import dev.portcullis.cli.through.SuitePolicies;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Case;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** The corpus, put to the engine in this process. */
final class CorpusEngineTest {
  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-corpus-");

  @AfterAll
  static void removeFiles() {
    SCRATCH.close();
  }

  @TestFactory
  Stream<DynamicContainer> decidesEveryCase() throws IOException {
    return CorpusFiles.suites().stream().map(CorpusEngineTest::suite);
  }

  private static DynamicContainer suite(Path file) {
    CorpusFiles corpus = CorpusFiles.prepare(file, SCRATCH);
    EngineTarget target =
        new EngineTarget(
            SuitePolicies.compile(corpus.suite(), corpus.fixtures()).result(),
            corpus.fixtures(),
            new SuiteGeo(corpus.suite().geo()));
    return DynamicContainer.dynamicContainer(
        corpus.suite().name(), CorpusCases.of(corpus, Case.Layer.ENGINE, target));
  }
}
