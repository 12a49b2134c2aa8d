// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Everything that was worth keeping, tried again. */
final class CorpusTest {
  private static final Path CORPUS = Path.of("corpus");

  @TestFactory
  Stream<DynamicNode> keptInputs() {
    return Arrays.stream(Target.values())
        .map(target ->
            DynamicTest.dynamicTest(
                target.title(),
                () -> {
                  FuzzTarget made = target.make();
                  List<Path> kept = kept(target);
                  assertThat(kept).hasSizeGreaterThanOrEqualTo(5);
                  for (Path input : kept) {
                    byte[] bytes = Files.readAllBytes(input);
                    assertThatCode(() ->
                            Assertions.assertTimeoutPreemptively(
                                Duration.ofSeconds(20), () -> made.accept(bytes)))
                        .as("%s", input)
                        .doesNotThrowAnyException();
                  }
                }));
  }

  /** A gate that refuses everybody would keep every promise. */
  @Test
  void aGoodTokenPasses() {
    Gate gate = new Gate();
    assertThat(Gate.goodTokens())
        .isNotEmpty()
        .allSatisfy(
            token -> assertThat(gate.get("authorization", "Bearer " + token).refusal()).isNull());
  }

  @Test
  void everyDirectoryIsATargets() throws IOException {
    try (Stream<Path> directories = Files.list(CORPUS)) {
      assertThat(directories.map(directory -> directory.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(Target.values()).map(Target::title).toList());
    }
  }

  private static List<Path> kept(Target target) {
    try (Stream<Path> files = Files.list(CORPUS.resolve(target.title()))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
