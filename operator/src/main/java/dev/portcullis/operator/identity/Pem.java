// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Writes and reads keys and certificates as PEM (RFC 7468). */
public final class Pem {

  private Pem() {}

  /** A certificate. */
  public static String of(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that has no encoding", e);
    }
  }

  /** Certificates, one after the other. */
  public static String of(List<X509Certificate> certificates) {
    return certificates.stream().map(Pem::of).collect(Collectors.joining());
  }

  /** A private key, PKCS #8 and not encrypted: for files that only their owner reads. */
  public static String of(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  /**
   * The certificates of a text, in their order.
   *
   * @throws IllegalArgumentException when it is not made of certificates, or of none
   */
  public static List<X509Certificate> certificates(String pem) {
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (var each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
        certificates.add((X509Certificate) each);
      }
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException("there is no certificate in the text");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not certificates in PEM: " + e.getMessage(), e);
    }
  }

  /**
   * The private key of a text: PKCS #8, or as OpenSSL writes RSA and EC keys.
   *
   * @throws IllegalArgumentException when it holds none; the message says nothing of the text
   */
  public static PrivateKey key(String pem) {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      Object found = parser.readObject();
      while (found != null) {
        if (found instanceof PEMKeyPair pair) {
          return key(pair.getPrivateKeyInfo());
        }
        if (found instanceof PrivateKeyInfo info) {
          return key(info);
        }
        // OpenSSL writes the parameters of an EC key before it.
        found = parser.readObject();
      }
    } catch (IOException | GeneralSecurityException e) {
      // Its message may quote the text.
      throw new IllegalArgumentException("not a private key in PEM");
    }
    throw new IllegalArgumentException("there is no private key in the text");
  }

  private static PrivateKey key(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
    ASN1ObjectIdentifier type = info.getPrivateKeyAlgorithm().getAlgorithm();
    String algorithm;
    if (type.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      algorithm = "EC";
    } else if (type.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      algorithm = "RSA";
    } else {
      algorithm = "Ed25519";
    }
    return KeyFactory.getInstance(algorithm)
        .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
  }

  private static String block(String type, byte[] der) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, der));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return text.toString();
  }
}
