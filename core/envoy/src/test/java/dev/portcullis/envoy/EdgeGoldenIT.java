// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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

  private static final Path CERTIFICATE = Path.of("/etc/portcullis/gateway/certificate.json");

  @TempDir Path directory;

  @Test
  void isItsGolden() throws IOException {
    EnvoyCheck.isGolden(GOLDEN, "edge", translate(CERTIFICATE, null));
  }

  @Test
  void isItsGoldenWhereClientsShowCertificates() throws IOException {
    EnvoyCheck.isGolden(
        GOLDEN,
        "edge-clients",
        translate(
            CERTIFICATE,
            new ClientAuthorities(Path.of("/etc/portcullis/gateway/clients.json"), false)));
  }

  @Test
  void isAcceptedByEnvoy() throws IOException, InterruptedException {
    Path certificate = directory.resolve("certificate.json");
    Files.writeString(
        certificate, EnvoyJson.of(MountedCertificate.file(directory.resolve("mounted"))));
    Files.createDirectory(directory.resolve("mounted"));
    Path clients = directory.resolve("clients.json");
    Files.writeString(
        clients, EnvoyJson.of(ClientAuthorities.file(directory.resolve("clients"), true)));
    Files.createDirectory(directory.resolve("clients"));
    EnvoyCheck.isAccepted(directory, translate(certificate, new ClientAuthorities(clients, true)));
  }

  private static EnvoyResources translate(Path certificate, @Nullable ClientAuthorities clients) {
    GatewaySpec spec =
        new GatewaySpec(
            new HostPort("0.0.0.0", 8443),
            List.of(new HostPort("ext-authz.portcullis-system.svc.cluster.local", 9001)),
            List.of(ORDERS, LEDGER, LEGACY),
            new SpiffeId("cluster.local", "portcullis-system", "ext-authz"),
            certificate,
            clients);
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
