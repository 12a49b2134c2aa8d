// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.golden;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyCheck;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.envoy.XdsSource;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real Envoy accepts every golden: routes stand inside of their listener for once, because {@code
 * --mode validate} does not look at what it would fetch.
 */
final class GoldenValidateIT {
  @TempDir Path directory;

  static List<GoldenCase> cases() throws IOException {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isAcceptedByEnvoy(GoldenCase golden) throws IOException, InterruptedException {
    EnvoyResources resources = golden.translate(new XdsSource.Ads());
    Bootstrap.Builder bootstrap = Bootstrap.newBuilder();
    bootstrap.setNode(Node.newBuilder().setId("it").setCluster("it"));
    bootstrap.getStaticResourcesBuilder().addAllClusters(resources.clusters());
    for (Listener listener : resources.listeners()) {
      bootstrap
          .getStaticResourcesBuilder()
          .addListeners(Inline.routes(listener, resources.of(ResourceKind.ROUTE)));
    }
    Path file = directory.resolve("static.json");
    Files.writeString(file, dev.portcullis.envoy.EnvoyJson.of(bootstrap));
    EnvoyCheck.validate("-c", file.toString());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void startsFromFiles(GoldenCase golden) throws IOException, InterruptedException {
    ProxyNode node =
        new ProxyNode("it", "it", new HostPort("127.0.0.1", 9901), ProxyNode.DEFAULT_HEAP_BYTES);
    EnvoyFiles.of(directory, golden.translate(new XdsSource.Files(directory))).write();
    EnvoyFiles bootstrap = EnvoyBootstrap.forFiles(node, directory);
    bootstrap.write();
    EnvoyCheck.validate("-c", bootstrap.path(EnvoyBootstrap.FILE).toString());
  }
}
