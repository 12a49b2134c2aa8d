// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.envoy.golden.Yaml;
import dev.portcullis.parts.RealPart;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    EnvoyResources resources = translate(name);
    for (ResourceKind kind : ResourceKind.values()) {
      Path file = GOLDEN.resolve(name + "." + kind.fileName().replace(".json", ".yaml"));
      String actual = Yaml.of(resources.of(kind).values());
      if (Boolean.getBoolean("golden.update")) {
        Files.writeString(file, actual);
      }
      assertThat(actual).as(file.toString()).isEqualTo(Files.readString(file));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void isAcceptedByEnvoy(String name) throws IOException, InterruptedException {
    EnvoyResources resources = translate(name);
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId("it").setCluster("it").build(),
            dev.portcullis.envoy.proto.Addresses.socket(directory.resolve("admin.sock")),
            ProxyNode.DEFAULT_HEAP_BYTES);
    bootstrap.getStaticResourcesBuilder().addAllClusters(resources.clusters());
    bootstrap.getStaticResourcesBuilder().addAllListeners(resources.listeners());
    // What stands in a bootstrap is made before the stream is, and Envoy crashes on what would
    // fetch from it. It is fetched from a file here, which nobody reads when only validating.
    Path fetched = Files.writeString(directory.resolve("fetched.json"), "{}");
    String json =
        EnvoyJson.line(bootstrap)
            .replace("\"ads\":{}", "\"path_config_source\":{\"path\":\"" + fetched + "\"}");
    Process envoy =
        new ProcessBuilder(
                RealPart.ENVOY.path().toString(),
                "--mode",
                "validate",
                "--log-level",
                "warning",
                "--config-yaml",
                json)
            .redirectErrorStream(true)
            .start();
    String output = new String(envoy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(envoy.waitFor()).as(output).isZero();
    assertThat(output).doesNotContainIgnoringCase("deprecated");
  }

  private static EnvoyResources translate(String name) {
    return new EnvoyTranslator(new XdsSource.Ads())
        .translate(Objects.requireNonNull(SidecarSpecs.all().get(name)));
  }
}
