// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.PolicySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is compiled, with which cache and in which order, never changes what comes of it. */
class DeterminismTest {
  private static final int ORDERS_TRIED = 5;

  static Stream<Path> cases() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden"))) {
      return files.filter(file -> file.toString().endsWith(".in.yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anyOrderAndAnyCacheGiveTheSame(Path file) throws IOException {
    String name = file.getFileName().toString();
    FileSet files =
        new FileSet(
            new TreeMap<>(Map.of(name, FileReader.read(name, Files.readAllBytes(file)))),
            List.of());
    PolicySet set = files.policySet(new KnownServices.Listed(files.services()), true);
    // Of two resources with one name the first counts, so the order does matter there.
    if (set.policies().stream().map(PolicySource::ref).distinct().count() != set.policies().size()
        || set.apiKeys().stream().map(KeySource::ref).distinct().count() != set.apiKeys().size()) {
      return;
    }
    CompileResult expected = PolicyCompiler.compile(set);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < ORDERS_TRIED; i++) {
      List<PolicySource> policies = new ArrayList<>(set.policies());
      List<KeySource> keys = new ArrayList<>(set.apiKeys());
      Collections.shuffle(policies, random);
      Collections.shuffle(keys, random);

      CompileResult actual =
          PolicyCompiler.compile(
              new PolicySet(policies, keys, set.targets(), set.secrets(), set.configMaps()),
              i % 2 == 0 ? CompileCache.empty() : expected.cache());

      assertThat(actual.routes()).isEqualTo(expected.routes());
      assertThat(actual.apiKeys()).isEqualTo(expected.apiKeys());
      assertThat(actual.secrets()).isEqualTo(expected.secrets());
      assertThat(actual.diagnostics()).isEqualTo(expected.diagnostics());
      assertThat(actual.outcomes()).isEqualTo(expected.outcomes());
    }
  }
}
