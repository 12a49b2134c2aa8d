// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority that lives for one test. */
final class TestCa {
  private static final Duration HOUR = Duration.ofHours(1);

  private final KeyPair keys = keyPair();
  private final X500Principal name;
  private final X509CertificateHolder root;

  TestCa(String commonName) {
    name = new X500Principal("CN=" + commonName);
    root = certificate(name, keys, true, Instant.now().plus(HOUR));
  }

  /** A key and its certificate, as PEM and as they are. */
  record Leaf(String key, String chain, PrivateKey privateKey, X509CertificateHolder holder) {

    /** Shows it to every server: the JDK's own leaves out what no named authority signed. */
    KeyManager manager() {
      return new X509ExtendedKeyManager() {
        @Override
        public String chooseClientAlias(
            String @Nullable [] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
          return "client";
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
          return new String[] {"client"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
          try {
            return new X509Certificate[] {new JcaX509CertificateConverter().getCertificate(holder)};
          } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was just made", e);
          }
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
          return privateKey;
        }

        @Override
        public @Nullable String chooseServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
          return null;
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
          return null;
        }
      };
    }
  }

  Leaf issue(String dnsName) {
    return issue(Instant.now().plus(HOUR), new GeneralName(GeneralName.dNSName, dnsName));
  }

  Leaf issue(Instant end, GeneralName... names) {
    KeyPair leaf = keyPair();
    X509CertificateHolder certificate =
        certificate(new X500Principal("CN=leaf"), leaf, false, end, names);
    return new Leaf(pem(leaf.getPrivate()), pem(certificate), leaf.getPrivate(), certificate);
  }

  /** The list of these revoked certificates, as PEM. */
  String revoked(Leaf... leaves) {
    Instant now = Instant.now();
    var builder =
        new X509v2CRLBuilder(
            X500Name.getInstance(name.getEncoded()), Date.from(now.minus(Duration.ofMinutes(1))));
    builder.setNextUpdate(Date.from(now.plus(HOUR)));
    for (Leaf leaf : leaves) {
      builder.addCRLEntry(leaf.holder().getSerialNumber(), Date.from(now), 0);
    }
    try {
      return pem(
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("a list of revoked certificates", e);
    }
  }

  /** The root as PEM. */
  String pem() {
    return pem(root);
  }

  /** Puts the root where Envoy looks, as a rename. */
  void writeTo(Path file) throws IOException {
    Path next = file.resolveSibling("next.pem");
    Files.writeString(next, pem(root));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private X509CertificateHolder certificate(
      X500Principal subject, KeyPair subjectKeys, boolean ca, Instant end, GeneralName... names) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(System.nanoTime()),
              Date.from(now.minus(HOUR.multipliedBy(2))),
              Date.from(end),
              subject,
              subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
      if (names.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate for " + subject, e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  private static String pem(Object thing) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          thing instanceof PrivateKey key
              ? new org.bouncycastle.openssl.jcajce.JcaPKCS8Generator(key, null)
              : thing);
    } catch (IOException e) {
      throw new IllegalStateException("PEM of " + thing.getClass(), e);
    }
    return text.toString();
  }
}
