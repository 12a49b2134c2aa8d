// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority for workloads of one test. */
public final class TestAuthority {
  private static final X500Principal NAME = new X500Principal("CN=Test workloads");

  private final KeyPair keys;
  private final X509Certificate root;

  public TestAuthority() throws GeneralSecurityException, OperatorCreationException, IOException {
    keys = keys();
    JcaX509v3CertificateBuilder builder = builder(NAME, keys, Duration.ofHours(1));
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    root = sign(builder, keys.getPrivate());
  }

  /** A certificate and its key, PEM. */
  public record Workload(String certificate, String key) {}

  /** A workload's certificate; one that has ended when its life is negative. */
  public Workload workload(String uri, Duration life)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    return issue(life, new GeneralName(GeneralName.uniformResourceIdentifier, uri));
  }

  /** A certificate with these names; one that has ended when its life is negative. */
  public Workload issue(Duration life, GeneralName... names)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    KeyPair own = keys();
    JcaX509v3CertificateBuilder builder = builder(new X500Principal("CN=workload"), own, life);
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    return new Workload(
        pem(sign(builder, keys.getPrivate())), pem(new JcaPKCS8Generator(own.getPrivate(), null)));
  }

  public Workload workload(String uri)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    return workload(uri, Duration.ofHours(1));
  }

  /** The root, PEM. */
  public String root() throws IOException {
    return pem(root);
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal subject, KeyPair keys, Duration life) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        NAME,
        BigInteger.valueOf(now.toEpochMilli()),
        Date.from(now.minus(Duration.ofHours(2))),
        Date.from(now.plus(life)),
        subject,
        keys.getPublic());
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }
}
