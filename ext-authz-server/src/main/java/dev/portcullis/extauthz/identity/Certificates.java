// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import dev.portcullis.policy.identity.SpiffeId;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Reads certificates and the names in them. */
final class Certificates {
  private static final int URI = 6;
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private Certificates() {}

  /**
   * The workload that a certificate names; empty when it names none, or more than one, or beside it
   * any other URI.
   */
  static Optional<SpiffeId> identity(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      List<String> uris = new ArrayList<>();
      if (names != null) {
        for (List<?> name : names) {
          if (Integer.valueOf(URI).equals(name.get(0))) {
            uris.add(String.valueOf(name.get(1)));
          }
        }
      }
      return uris.size() == 1 ? SpiffeId.parse(uris.getFirst()) : Optional.empty();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }

  /** Certificates in PEM, at least one. */
  static List<X509Certificate> read(String pem) throws GeneralSecurityException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
      certificates.add((X509Certificate) each);
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("there is no certificate");
    }
    return certificates;
  }

  /** A key on an elliptic curve, PKCS #8 in PEM. What is wrong with it is not quoted. */
  static PrivateKey readKey(String pem) throws GeneralSecurityException {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new GeneralSecurityException("there is no private key");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("the private key is not Base64");
    }
  }
}
