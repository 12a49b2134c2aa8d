// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** The chart's CRDs are what the Java types say; {@code -Dgolden.update=true} rewrites them. */
class CrdYamlTest {

  @Test
  void committedYamlIsWhatTheTypesSay() throws IOException {
    SortedMap<String, String> generated = CrdGeneration.generate();
    if (Boolean.getBoolean("golden.update")) {
      rewrite(generated);
    }
    assertThat(CommittedCrd.texts())
        .as("charts/portcullis/crds is stale: mvn -pl crds test -Dgolden.update=true rewrites it")
        .isEqualTo(generated);
  }

  private static void rewrite(SortedMap<String, String> generated) throws IOException {
    Files.createDirectories(CommittedCrd.DIRECTORY);
    for (String stale : CommittedCrd.texts().keySet()) {
      Files.delete(CommittedCrd.DIRECTORY.resolve(stale));
    }
    for (var file : generated.entrySet()) {
      Files.writeString(CommittedCrd.DIRECTORY.resolve(file.getKey()), file.getValue());
    }
  }
}
