// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.envoy.XdsSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every {@code NAME.plan.yaml} becomes exactly its {@code NAME.{listeners,routes,clusters}.yaml}.
 * {@code -Dgolden.update=true} rewrites them and removes those without a plan.
 */
final class EnvoyTranslatorGoldenTest {
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");
  private static final Map<ResourceKind, String> SUFFIXES =
      Map.of(
          ResourceKind.LISTENER, ".listeners.yaml",
          ResourceKind.ROUTE, ".routes.yaml",
          ResourceKind.CLUSTER, ".clusters.yaml");

  static List<GoldenCase> cases() throws IOException {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void becomesItsGolden(GoldenCase golden) throws IOException {
    EnvoyResources resources = golden.translate(new XdsSource.Ads());
    for (ResourceKind kind : ResourceKind.values()) {
      Path file = GoldenCase.DIRECTORY.resolve(golden.name() + SUFFIXES.get(kind));
      String actual = Yaml.of(resources.of(kind).values());
      if (UPDATE) {
        Files.writeString(file, actual);
      }
      assertThat(actual).as(file.toString()).isEqualTo(Files.readString(file));
    }
  }

  @Test
  void hasNoFileWithoutAPlan() throws IOException {
    Set<String> wanted =
        GoldenCase.all().stream()
            .flatMap(golden ->
                Stream.concat(Stream.of(GoldenCase.SUFFIX), SUFFIXES.values().stream())
                    .map(suffix -> golden.name() + suffix))
            .collect(Collectors.toCollection(TreeSet::new));
    try (Stream<Path> files = Files.list(GoldenCase.DIRECTORY)) {
      for (Path file : files.toList()) {
        boolean known = wanted.contains(file.getFileName().toString());
        if (UPDATE && !known) {
          Files.delete(file);
        } else {
          assertThat(known).as("%s belongs to a plan", file).isTrue();
        }
      }
    }
  }
}
