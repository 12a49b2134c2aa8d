// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The chart's CRDs are what the Java types say; {@code -Dgolden.update=true} rewrites them. */
class CrdYamlTest {
  private static final Path COMMITTED =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")), "charts/portcullis/crds");

  @Test
  void committedYamlIsWhatTheTypesSay() throws IOException {
    SortedMap<String, String> generated = CrdGeneration.generate();
    if (Boolean.getBoolean("golden.update")) {
      rewrite(generated);
    }
    assertThat(committed())
        .as("charts/portcullis/crds is stale: mvn -pl crds test -Dgolden.update=true rewrites it")
        .isEqualTo(generated);
  }

  private static SortedMap<String, String> committed() throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (var listing = Files.list(COMMITTED)) {
      for (Path file : listing.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static void rewrite(SortedMap<String, String> generated) throws IOException {
    Files.createDirectories(COMMITTED);
    for (String stale : committed().keySet()) {
      Files.delete(COMMITTED.resolve(stale));
    }
    for (var file : generated.entrySet()) {
      Files.writeString(COMMITTED.resolve(file.getKey()), file.getValue());
    }
  }
}
