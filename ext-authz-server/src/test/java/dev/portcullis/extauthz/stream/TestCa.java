// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority for one test, and a certificate of its for 127.0.0.1. */
public final class TestCa {
  private final X509Certificate authority;
  private final X509Certificate server;
  private final KeyPair serverKey;

  public TestCa() throws GeneralSecurityException, IOException, OperatorCreationException {
    KeyPair authorityKey = keyPair();
    X500Principal name = new X500Principal("CN=Test authority");
    authority =
        certificate(
            authorityKey,
            builder(name, name, authorityKey, 1)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0)));
    serverKey = keyPair();
    server =
        certificate(
            authorityKey,
            builder(name, new X500Principal("CN=operator"), serverKey, 2)
                .addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1"))));
  }

  public Path writeAuthority(Path file) throws IOException {
    return Files.writeString(file, pem(authority));
  }

  public Path writeCertificate(Path file) throws IOException {
    return Files.writeString(file, pem(server));
  }

  public Path writeKey(Path file) throws IOException {
    return Files.writeString(file, pem(new JcaPKCS8Generator(serverKey.getPrivate(), null)));
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, KeyPair key, long serial) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        issuer,
        BigInteger.valueOf(serial),
        Date.from(now.minus(1, ChronoUnit.HOURS)),
        Date.from(now.plus(1, ChronoUnit.HOURS)),
        subject,
        key.getPublic());
  }

  private static X509Certificate certificate(KeyPair signer, X509v3CertificateBuilder builder)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
  }

  private static KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
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
