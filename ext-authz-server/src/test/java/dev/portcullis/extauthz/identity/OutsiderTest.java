// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.ClientCertificates;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.extauthz.Checks;
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.UnreadableCheckException;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.match.Principal;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** What the certificate of a client from outside is worth, and where. */
final class OutsiderTest {
  private static final SpiffeId GATEWAY = new SpiffeId("cluster.local", "edge", "gateway");
  private static final String ORDERS = "spiffe://cluster.local/ns/shop/sa/orders";
  private static final String PARTNER = "spiffe://partner.example/ns/shop/sa/orders";
  private static final Caller AT_GATEWAY = Caller.gateway(GATEWAY);
  private static final Caller SIDECAR =
      Caller.sidecar(new SpiffeId("cluster.local", "a", "b"), Set.of());

  private final CheckRequestReader reader = new CheckRequestReader(Instant::now);
  private final TestAuthority authority;

  OutsiderTest() throws Exception {
    authority = new TestAuthority();
  }

  @Test
  void isKnownByItsNamesAndDigest() throws Exception {
    String pem =
        issue(dns("Partner.Example"), uri("https://partner.example/a,b"), dns("b.example"));
    ClientCertificate certificate =
        Objects.requireNonNull(peer(pem, "https://partner.example/a,b", AT_GATEWAY).certificate());
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(
                Base64.getMimeDecoder()
                    .decode(pem.replaceAll("-----[A-Z ]+-----", "").replace("\n", "")));
    assertThat(certificate.sha256()).isEqualTo(HexFormat.of().formatHex(digest));
    assertThat(certificate.thumbprint())
        .isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
    assertThat(certificate.dnsNames()).containsExactly("partner.example", "b.example");
    assertThat(certificate.uris()).containsExactly("https://partner.example/a,b");
  }

  @Test
  void isNeverAWorkloadOfTheGatewaysOwnDomain() throws Exception {
    Peer peer = peer(issue(uri(ORDERS)), ORDERS, AT_GATEWAY);
    assertThat(peer.principal()).isNull();
    assertThat(Objects.requireNonNull(peer.certificate()).uris()).containsExactly(ORDERS);
    assertThat(peer("", ORDERS, AT_GATEWAY).principal()).as("named without a certificate").isNull();
    assertThat(peer(issue(uri(ORDERS)), ORDERS, SIDECAR).principal()).isNull();
  }

  @Test
  void mayBeAWorkloadOfAnotherDomain() throws Exception {
    assertThat(peer(issue(uri(PARTNER)), PARTNER, AT_GATEWAY).principal())
        .isEqualTo(new Principal(PARTNER));
    assertThat(peer(issue(uri(PARTNER), uri(ORDERS)), PARTNER, AT_GATEWAY).principal())
        .as("an identity stands alone")
        .isNull();
  }

  @Test
  void isBelievedByItsCertificateAndNotByWhatElseNamesIt() throws Exception {
    assertThat(peer(issue(dns("a.example")), PARTNER, Caller.ANYBODY).principal()).isNull();
    assertThat(peer(issue(uri(PARTNER)), ORDERS, Caller.ANYBODY).principal())
        .isEqualTo(new Principal(PARTNER));
  }

  @Test
  void isNobodyOnceItsCertificateHasEnded() throws Exception {
    String ended = authority.issue(Duration.ofSeconds(-5), uri(PARTNER)).certificate();
    Peer peer = peer(ended, PARTNER, AT_GATEWAY);
    assertThat(peer.certificate()).isNull();
    assertThat(peer.principal()).isNull();
  }

  @Test
  void namesNobodyWhereItsNamesCannotAllBeRead() throws Exception {
    ClientCertificate certificate =
        Objects.requireNonNull(
            peer(issue(dns("a.example"), uri("http://[not a URI")), "", AT_GATEWAY).certificate());
    assertThat(certificate.dnsNames()).isEmpty();
    assertThat(certificate.uris()).isEmpty();
  }

  @Test
  void namesNobodyWhenItIsTooLong() throws Exception {
    GeneralName[] many = new GeneralName[600];
    Arrays.setAll(many, i -> dns("a".repeat(40) + i + ".example"));
    String pem = issue(many);
    assertThat(pem.length()).isGreaterThan(ClientCertificates.MAX_LENGTH);
    assertThat(peer(pem, "", AT_GATEWAY).certificate()).isNull();
  }

  @Test
  void whatIsNoCertificateIsAFaultOfTheConfiguration() {
    assertThatThrownBy(() -> peer("nonsense", "", AT_GATEWAY))
        .isInstanceOf(UnreadableCheckException.class)
        .hasMessageContaining("certificate");
    assertThatThrownBy(() -> peer("%GG", "", AT_GATEWAY))
        .isInstanceOf(UnreadableCheckException.class);
  }

  private String issue(GeneralName... names) throws Exception {
    return authority.issue(Duration.ofHours(1), names).certificate();
  }

  private static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, name);
  }

  private static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  /** Encoded as Envoy does it. */
  private Peer peer(String pem, String principal, Caller caller) throws Exception {
    CheckRequest.Builder check = Checks.of("a/b", "/").toBuilder();
    check
        .getAttributesBuilder()
        .getSourceBuilder()
        .setPrincipal(principal)
        .setCertificate(
            pem.replace("\r\n", "\n")
                .replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D"));
    return reader.read(check.build().toByteArray(), caller).request().peer();
  }
}
