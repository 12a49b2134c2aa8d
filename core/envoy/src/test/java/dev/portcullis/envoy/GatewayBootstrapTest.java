// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * What the chart gives its gateways to start with is what is made here, but for what an
 * installation chooses: {@code -Dgolden.update=true} rewrites it. The chart's template puts the
 * choices where the words and the number of this test stand.
 */
class GatewayBootstrapTest {
  private static final Path FILES = Home.directory().resolve("charts/portcullis/files/gateway");
  private static final Path IDENTITY = Path.of("/var/run/portcullis/identity");
  private static final String OPERATOR = "operator.release-namespace.svc";
  private static final long HEAP = 1_234_567_890;

  @Test
  void theChartsBootstrapIsThis() throws IOException {
    assertSame("bootstrap.json", bootstrap("farewell").json() + "\n");
  }

  @Test
  void theChartsCertificateFileIsThis() throws IOException {
    assertSame(
        "certificate.json",
        EnvoyJson.of(MountedCertificate.file(Path.of("/var/run/portcullis/tls"))) + "\n");
  }

  @Test
  void theChartsFilesOfClientAuthoritiesAreThese() throws IOException {
    Path mounted = Path.of("/var/run/portcullis/clients");
    assertSame("clients.json", EnvoyJson.of(ClientAuthorities.file(mounted, false)) + "\n");
    assertSame(
        "clients-revocations.json", EnvoyJson.of(ClientAuthorities.file(mounted, true)) + "\n");
  }

  @Test
  void refusesAFarewellThatIsNoWord() {
    assertThatThrownBy(() -> bootstrap("a\"b")).isInstanceOf(IllegalArgumentException.class);
  }

  private static GatewayBootstrap bootstrap(String farewell) {
    return new GatewayBootstrap(
        Struct.newBuilder()
            .putFields(
                ProxySpec.KEY, Value.newBuilder().setStringValue("what the gateway is for").build())
            .build(),
        new OperatorAccess(
            new HostPort(OPERATOR, 18_000),
            OPERATOR,
            IDENTITY.resolve("ca.crt"),
            IDENTITY.resolve("token")),
        IDENTITY,
        Path.of("/run/portcullis"),
        farewell,
        HEAP);
  }

  private static void assertSame(String name, String text) throws IOException {
    Path file = FILES.resolve(name);
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(file, text);
    }
    assertThat(Files.readString(file)).as(file.toString()).isEqualTo(text);
  }
}
