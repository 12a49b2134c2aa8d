// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.port.Introspector;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.identity.TestAuthority;
import dev.portcullis.extauthz.introspection.HttpIntrospector;
import dev.portcullis.policy.plan.JwksSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is believed to be an issuer's server, over TLS as it is. */
@Timeout(60)
final class IssuerTrustTest {
  private static final Introspector.Client CLIENT =
      new Introspector.Client(Plans.secret("portcullis"), Plans.secret("secret"));
  private static final String PATH_BROKEN = "PKIX path";

  private final AtomicLong nanos = new AtomicLong();
  private TestAuthority authority;
  private TestAuthority other;
  private TestIssuer issuer;
  private Path file;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    authority = new TestAuthority();
    other = new TestAuthority();
    issuer = TestIssuer.secure(ServerCertificates.of(authority, "127.0.0.1"));
    file = directory.resolve("ca.crt");
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private IssuerTrust trusting(String pem) throws IOException {
    Files.writeString(file, pem);
    return IssuerTrust.with(file, nanos::get);
  }

  private static String fetch(IssuerTrust trust, String uri) throws Exception {
    try (HttpKeyFetch fetch = new HttpKeyFetch(trust, Duration.ofSeconds(20))) {
      return new String(fetch.fetch(uri).body(), StandardCharsets.UTF_8);
    }
  }

  private static String ask(IssuerTrust trust, String endpoint) throws Exception {
    try (HttpIntrospector introspector = new HttpIntrospector(trust)) {
      return new String(
          introspector.introspect(
              new Introspector.Question(endpoint, CLIENT, "t", Duration.ofSeconds(20))),
          StandardCharsets.UTF_8);
    }
  }

  private void refuses(IssuerTrust trust) {
    assertThatThrownBy(() -> fetch(trust, issuer.uri()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(PATH_BROKEN);
  }

  @Test
  void withoutTheFileAPrivateAuthorityIsBelievedNowhere() {
    refuses(IssuerTrust.ofTheJvm());
    assertThatThrownBy(
            () -> fetch(IssuerTrust.ofTheJvm(), new JwksSpec.Discovered(issuer.address()).uri()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(PATH_BROKEN);
    assertThatThrownBy(() -> ask(IssuerTrust.ofTheJvm(), issuer.address() + "/introspect"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(PATH_BROKEN);
  }

  @Test
  void withItKeysMetadataAndAnswersArrive() throws Exception {
    IssuerTrust trust = trusting(other.root() + "# ours\n" + authority.root());
    assertThat(fetch(trust, issuer.uri())).isEqualTo(issuer.keys());
    assertThat(fetch(trust, new JwksSpec.Discovered(issuer.address()).uri()))
        .isEqualTo(issuer.keys());
    assertThat(ask(trust, issuer.address() + "/introspect")).contains("\"active\": true");
  }

  @Test
  void theJvmsOwnAuthoritiesStay() throws Exception {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    var own = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers();
    assertThat(own).isNotEmpty();
    assertThat(
            IssuerTrust.trust(authority.root().getBytes(StandardCharsets.US_ASCII))
                .getAcceptedIssuers())
        .hasSize(own.length + 1)
        .contains(own);
  }

  @Test
  void anotherAuthorityVouchesForNobody() throws Exception {
    refuses(trusting(other.root()));
  }

  @Test
  void aCertificateIsForItsServerOnly() throws Exception {
    IssuerTrust trust = trusting(authority.root());
    try (TestIssuer elsewhere = TestIssuer.secure(ServerCertificates.of(authority, "127.0.0.99"))) {
      assertThatThrownBy(() -> fetch(trust, elsewhere.uri()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1");
    }
  }

  @Test
  void aReplacedFileCounts() throws Exception {
    IssuerTrust trust = trusting(other.root());
    refuses(trust);
    Files.writeString(file, authority.root());
    refuses(trust);
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    assertThat(fetch(trust, issuer.uri())).isEqualTo(issuer.keys());
    Files.writeString(file, other.root());
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    refuses(trust);
  }

  @Test
  void aBrokenFileChangesNothing() throws Exception {
    IssuerTrust trust = trusting(authority.root());
    for (String broken : new String[] {"", "no certificate", authority.root().substring(0, 200)}) {
      Files.writeString(file, broken);
      nanos.addAndGet(Duration.ofSeconds(6).toNanos());
      assertThat(fetch(trust, issuer.uri())).as(broken).isEqualTo(issuer.keys());
    }
    Files.delete(file);
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    assertThat(fetch(trust, issuer.uri())).isEqualTo(issuer.keys());
  }

  @Test
  void aFileThatCannotBeUsedIsRefusedAtOnce() throws Exception {
    String truncated = authority.root().substring(0, 200);
    assertThatThrownBy(() -> trusting("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> trusting("no certificate")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> trusting(truncated)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> trusting("x".repeat((1 << 20) + 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger");
  }
}
