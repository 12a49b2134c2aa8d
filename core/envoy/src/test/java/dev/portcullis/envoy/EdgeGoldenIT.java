// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.envoy.golden.Yaml;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.parts.RealPart;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The configuration of a gateway at the edge is exactly its golden, and real Envoy accepts it.
 * {@code -Dgolden.update=true} rewrites the goldens.
 */
final class EdgeGoldenIT {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-edge");
  private static final Upstream ORDERS =
      new Upstream(
          "shop",
          "orders",
          "http",
          new HostPort("orders.shop.svc.cluster.local", 80),
          Protocol.HTTP1,
          List.of("api.example.org", "www.example.org"));
  private static final Upstream LEDGER =
      new Upstream(
          "bank",
          "ledger",
          null,
          new HostPort("ledger.bank.svc.cluster.local", 9000),
          Protocol.HTTP2,
          List.of("ledger.example.org"));
  private static final Upstream LEGACY =
      new Upstream(
          "shop",
          "legacy",
          null,
          new HostPort("legacy.shop.svc.cluster.local", 80),
          Protocol.HTTP1,
          List.of("old.example.org"));

  @TempDir Path directory;

  @Test
  void isItsGolden() throws IOException {
    EnvoyResources resources = translate(Path.of("/etc/portcullis/gateway/certificate.json"));
    for (ResourceKind kind : ResourceKind.values()) {
      Path file = GOLDEN.resolve("edge." + kind.fileName().replace(".json", ".yaml"));
      String actual = Yaml.of(resources.of(kind).values());
      if (Boolean.getBoolean("golden.update")) {
        Files.writeString(file, actual);
      }
      assertThat(actual).as(file.toString()).isEqualTo(Files.readString(file));
    }
  }

  @Test
  void isAcceptedByEnvoy() throws IOException, InterruptedException {
    Path certificate = directory.resolve("certificate.json");
    Files.writeString(
        certificate, EnvoyJson.of(MountedCertificate.file(directory.resolve("mounted"))));
    Files.createDirectory(directory.resolve("mounted"));
    EnvoyResources resources = translate(certificate);
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId("it").setCluster("it").build(),
            Addresses.socket(directory.resolve("admin.sock")),
            ProxyNode.DEFAULT_HEAP_BYTES);
    bootstrap.getStaticResourcesBuilder().addAllClusters(resources.clusters());
    bootstrap.getStaticResourcesBuilder().addAllListeners(resources.listeners());
    // As for sidecars: what would come over the stream is fetched from a file, which nobody reads.
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

  private static EnvoyResources translate(Path certificate) {
    GatewaySpec spec =
        new GatewaySpec(
            new HostPort("0.0.0.0", 8443),
            List.of(new HostPort("ext-authz.portcullis-system.svc.cluster.local", 9001)),
            List.of(ORDERS, LEDGER, LEGACY),
            new SpiffeId("cluster.local", "portcullis-system", "ext-authz"),
            certificate);
    assertThat(ProxySpec.fromMetadata(spec.toMetadata())).isEqualTo(spec);
    return new EnvoyTranslator(new XdsSource.Ads())
        .translate(spec, Map.of(), Map.of(ORDERS, peer(ORDERS), LEDGER, peer(LEDGER)));
  }

  private static PeerService peer(Upstream upstream) {
    return new PeerService(
        upstream.namespace(),
        upstream.service(),
        upstream.address().port(),
        new TreeSet<>(List.of("10.96.0.7")),
        new TreeSet<>(
            List.of(
                new SpiffeId("cluster.local", upstream.namespace(), upstream.service())
                    .toString())));
  }
}
