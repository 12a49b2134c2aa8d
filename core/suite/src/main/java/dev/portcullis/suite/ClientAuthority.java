// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs whatever a case wants its client's certificate to say. Thread-safe. */
public final class ClientAuthority {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final X500Principal NAME = new X500Principal("CN=clients");
  private static final int SERIAL_BITS = 127;

  private final SecureRandom random = new SecureRandom();
  private final Clock clock;
  private final PrivateKey key;
  private final X509Certificate root;

  ClientAuthority(Clock clock) {
    this.clock = clock;
    KeyPair pair = newKeys();
    this.key = pair.getPrivate();
    this.root = root(pair.getPublic());
  }

  /** A fresh key on P-256. */
  public static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  /** What a gateway must trust. */
  public X509Certificate root() {
    return root;
  }

  /** A certificate for an hour, and for the hour before. */
  public X509Certificate issue(PublicKey owner, List<String> dnsNames, List<String> uris) {
    GeneralName[] names =
        Stream.concat(
                dnsNames.stream().map(name -> new GeneralName(GeneralName.dNSName, name)),
                uris.stream()
                    .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri)))
            .toArray(GeneralName[]::new);
    try {
      JcaX509v3CertificateBuilder builder = builder("CN=client", owner);
      if (names.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return sign(builder);
    } catch (IOException e) {
      throw new IllegalStateException("names that have no encoding", e);
    }
  }

  private X509Certificate root(PublicKey owner) {
    try {
      JcaX509v3CertificateBuilder builder = builder(NAME.getName(), owner);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return sign(builder);
    } catch (IOException e) {
      throw new IllegalStateException("extensions that have no encoding", e);
    }
  }

  private JcaX509v3CertificateBuilder builder(String subject, PublicKey owner) {
    Instant now = clock.instant();
    return new JcaX509v3CertificateBuilder(
        NAME,
        new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
        Date.from(now.minus(LIFE)),
        Date.from(now.plus(LIFE)),
        new X500Principal(subject),
        owner);
  }

  private X509Certificate sign(JcaX509v3CertificateBuilder builder) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with P-256", e);
    }
  }
}
