// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/reference} says what the CRDs say; {@code -Dgolden.update=true} rewrites it. */
class ReferencePagesTest {
  private static final Path DIRECTORY =
      Path.of(Objects.requireNonNull(System.getProperty("portcullis.home")), "docs/reference");

  static List<Class<? extends HasMetadata>> kinds() {
    return CrdGeneration.KINDS;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void pageSaysWhatTheSchemaSays(Class<? extends HasMetadata> kind) throws IOException {
    Path page = DIRECTORY.resolve(kind.getSimpleName().toLowerCase(Locale.ROOT) + ".md");
    String wanted = KindPage.of(CommittedCrd.of(kind));
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(DIRECTORY);
      Files.writeString(page, wanted);
    }
    assertThat(page)
        .as("%s is stale: mvn -pl crds test -Dgolden.update=true rewrites it", page)
        .hasContent(wanted);
  }
}
