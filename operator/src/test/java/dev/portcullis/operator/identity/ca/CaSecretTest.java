// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ca.CaState.Next;
import dev.portcullis.operator.identity.ca.CaState.Retired;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class CaSecretTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @Test
  void readsWhatItWrites() {
    CaState state =
        new CaState(
            make(),
            new Next(make(), Instant.parse("2026-01-01T00:00:00Z")),
            List.of(
                new Retired(make().roots(), Instant.parse("2026-01-02T00:00:00Z")),
                new Retired(make().roots(), Instant.parse("2026-01-03T00:00:00Z"))),
            "please");
    Map<String, String> data = CaSecret.write(state);
    assertThat(CaSecret.read(data)).isEqualTo(state);
    assertThat(data)
        .containsOnlyKeys(
            "ca.crt",
            "signer.crt",
            "signer.key",
            "signer-roots.crt",
            "next.crt",
            "next.key",
            "next-roots.crt",
            "next-since",
            "retired-0.crt",
            "retired-0-until",
            "retired-1.crt",
            "retired-1-until",
            "asked");
    assertThat(data.get("ca.crt")).isEqualTo(state.trust().rootsPem());
  }

  @Test
  void saysWhatIsWrongAndNothingOfAKey() {
    Map<String, String> data = new HashMap<>(CaSecret.write(CaState.beginning(make())));
    String key = data.put("signer.key", "-----BEGIN PRIVATE KEY-----\nc3dvcmRmaXNo\n");
    assertThatThrownBy(() -> CaSecret.read(data))
        .hasMessageContaining("signer.key")
        .hasMessageNotContaining("c3dvcmRmaXNo");
    data.put("signer.key", Pem.of(make().authority().key()));
    assertThatThrownBy(() -> CaSecret.read(data))
        .hasMessageContaining("key is not the certificate");
    data.put("signer.key", String.valueOf(key));
    data.remove("signer-roots.crt");
    assertThatThrownBy(() -> CaSecret.read(data)).hasMessageContaining("signer-roots.crt");
  }

  @Test
  void takesAnIntermediateWithAKeyOfRsaAsCertManagerWritesIt() throws Exception {
    CertificateAuthority root = root();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    X509Certificate intermediate = intermediate(root, keys, true);
    Issuer given = CaSecret.given(given(intermediate, pkcs1(keys), root));
    var issued =
        given
            .authority()
            .issueWorkload(
                new SpiffeId("cluster.local", "shop", "orders"), Duration.ofHours(1), CLOCK);
    assertThat(issued.chain()).hasSize(2).last().isEqualTo(intermediate);
    PKIXParameters trust =
        new PKIXParameters(Set.of(new TrustAnchor(given.roots().getFirst(), null)));
    trust.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(issued.chain()), trust);
    assertThat(CaSecret.read(CaSecret.write(CaState.beginning(given))))
        .isEqualTo(CaState.beginning(given));
  }

  @Test
  void refusesWhatIsNoAuthorityOrLeadsNowhere() throws Exception {
    CertificateAuthority root = root();
    KeyPair keys = keys();
    assertThatThrownBy(() ->
            CaSecret.given(given(intermediate(root, keys, false), Pem.of(keys.getPrivate()), root)))
        .hasMessageContaining("not an authority");
    assertThatThrownBy(() ->
            CaSecret.given(
                given(intermediate(root, keys, true), Pem.of(keys.getPrivate()), root())))
        .hasMessageContaining("do not lead to a root");
  }

  private static Issuer make() {
    return Issuer.of(CertificateAuthority.create(CLOCK));
  }

  private static KeyPair keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static CertificateAuthority root() throws Exception {
    KeyPair keys = keys();
    X500Principal name = new X500Principal("CN=Somebody's root");
    return new CertificateAuthority(
        certificate(name, name, keys, keys.getPrivate(), true), keys.getPrivate());
  }

  private static X509Certificate intermediate(
      CertificateAuthority root, KeyPair keys, boolean authority) throws Exception {
    return certificate(
        root.certificate().getSubjectX500Principal(),
        new X500Principal("CN=Portcullis intermediate"),
        keys,
        root.key(),
        authority);
  }

  private static X509Certificate certificate(
      X500Principal issuer,
      X500Principal subject,
      KeyPair keys,
      PrivateKey signer,
      boolean authority)
      throws Exception {
    Instant now = CLOCK.instant();
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            BigInteger.TWO,
            Date.from(now.minusSeconds(60)),
            Date.from(now.plusSeconds(86_400)),
            subject,
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
  }

  private static String pkcs1(KeyPair keys) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(keys.getPrivate());
    }
    return text.toString();
  }

  private static Map<String, String> given(
      X509Certificate certificate, String key, CertificateAuthority root) {
    return Map.of(
        "tls.crt", Pem.of(certificate), "tls.key", key, "ca.crt", Pem.of(root.certificate()));
  }
}
