// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every sidecar's configuration is exactly its golden, and real Envoy accepts it. {@code
 * -Dgolden.update=true} rewrites the goldens.
 */
final class SidecarGoldenIT {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-sidecar");

  @TempDir Path directory;

  static Set<String> names() {
    return SidecarSpecs.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void isItsGolden(String name) throws IOException {
    EnvoyCheck.isGolden(GOLDEN, name, translate(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void isAcceptedByEnvoy(String name) throws IOException, InterruptedException {
    EnvoyCheck.isAccepted(directory, translate(name));
  }

  private static EnvoyResources translate(String name) {
    return new EnvoyTranslator(new XdsSource.Ads())
        .translate(Objects.requireNonNull(SidecarSpecs.all().get(name)));
  }
}
