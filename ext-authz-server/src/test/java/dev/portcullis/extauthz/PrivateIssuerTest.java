// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.identity.TestAuthority;
import dev.portcullis.extauthz.jwks.ServerCertificates;
import dev.portcullis.extauthz.jwks.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An issuer whose certificate is by an authority that no JVM knows, in the process as it runs. */
@Timeout(120)
final class PrivateIssuerTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private TestAuthority authority;
  private TestIssuer issuer;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    authority = new TestAuthority();
    issuer = TestIssuer.secure(ServerCertificates.of(authority, "127.0.0.1"));
    new PlanDirectory(directory)
        .writePlan(
            new PlanSnapshot(
                List.of(
                    Plans.withIssuer("shop/orders", issuer.uri()),
                    Plans.withDiscoveredIssuer("shop/found", issuer.address())),
                List.of()));
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private static int ask(Client client, String route, String token) {
    return Client.status(
        client.check(Checks.of(route, "/orders", "authorization", "Bearer " + token)));
  }

  @Test
  void isNotBelievedByItself() throws Exception {
    try (RunningServer server =
            RunningServer.start(TestConfig.of(directory).make(), StandardEngine::make, _ -> {});
        Client client = new Client(server.grpcPort())) {
      assertThat(ask(client, "shop/orders", issuer.token("ann"))).isEqualTo(503);
      assertThat(issuer.requests()).isZero();
    }
  }

  @Test
  void isBelievedWhereItsAuthorityIsNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("ca.crt"), authority.root());
    try (RunningServer server =
            RunningServer.start(
                TestConfig.of(directory).issuers(file).make(), StandardEngine::make, _ -> {});
        Client client = new Client(server.grpcPort())) {
      await().atMost(LONG).until(() -> ask(client, "shop/orders", issuer.token("ann")) == 200);
      await()
          .atMost(LONG)
          .until(() -> ask(client, "shop/found", issuer.token(issuer.address(), "ann")) == 200);
    }
  }

  @Test
  void aFileWithoutCertificatesIsAnErrorOfItsOwn() throws Exception {
    Path file = Files.writeString(directory.resolve("ca.crt"), "none");
    assertThatThrownBy(() ->
            RunningServer.start(
                TestConfig.of(directory).issuers(file).make(), StandardEngine::make, _ -> {}))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("--issuer-ca")
        .hasMessageContaining("certificate");
  }
}
