// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.envoy.golden.Yaml;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.parts.RealPart;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked of everything that Envoys are told: it is the golden, and real Envoy accepts it.
 */
public final class EnvoyCheck {
  private EnvoyCheck() {}

  /** Compares with {@code NAME.KIND.yaml}; {@code -Dgolden.update=true} rewrites the files. */
  public static void isGolden(Path goldens, String name, EnvoyResources resources)
      throws IOException {
    for (ResourceKind kind : ResourceKind.values()) {
      Path file = goldens.resolve(name + "." + kind.fileName().replace(".json", ".yaml"));
      String actual = Yaml.of(resources.of(kind).values());
      if (Boolean.getBoolean("golden.update")) {
        Files.writeString(file, actual);
      }
      assertThat(actual).as(file.toString()).isEqualTo(Files.readString(file));
    }
  }

  /** Starts from a bootstrap that holds all of it. */
  public static void isAccepted(Path directory, EnvoyResources resources)
      throws IOException, InterruptedException {
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId("it").setCluster("it").build(),
            Addresses.socket(directory.resolve("admin.sock")),
            ProxyNode.DEFAULT_HEAP_BYTES);
    bootstrap.getStaticResourcesBuilder().addAllClusters(resources.clusters());
    bootstrap.getStaticResourcesBuilder().addAllListeners(resources.listeners());
    // What stands in a bootstrap is made before the stream is, and Envoy crashes on what would
    // fetch from it. It is fetched from a file here, which nobody reads when only validating.
    Path fetched = Files.writeString(directory.resolve("fetched.json"), "{}");
    validate(
        "--config-yaml",
        EnvoyJson.line(bootstrap)
            .replace("\"ads\":{}", "\"path_config_source\":{\"path\":\"" + fetched + "\"}"));
  }

  /** Runs {@code envoy --mode validate}; deprecated fields are refused, too. */
  public static void validate(String... configuration) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                RealPart.ENVOY.path().toString(), "--mode", "validate", "--log-level", "warning"));
    command.addAll(List.of(configuration));
    Process envoy = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(envoy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(envoy.waitFor()).as(output).isZero();
    assertThat(output).doesNotContainIgnoringCase("deprecated");
  }
}
