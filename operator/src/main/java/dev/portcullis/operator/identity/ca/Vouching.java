// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.operator.identity.CertificateAuthority;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the parts of an authority belong together: key, certificate, and the way to a root. */
final class Vouching {
  private static final int SIGNS_CERTIFICATES = 5;

  private Vouching() {}

  /**
   * Checks an authority; whether it is still valid is not looked at, so that an operator can say
   * so.
   *
   * @throws IllegalArgumentException saying what does not fit
   */
  static void check(Issuer issuer) {
    CertificateAuthority authority = issuer.authority();
    X509Certificate own = authority.certificate();
    boolean[] usage = own.getKeyUsage();
    if (own.getBasicConstraints() < 0 || (usage != null && !usage[SIGNS_CERTIFICATES])) {
      throw new IllegalArgumentException("the certificate is not an authority's");
    }
    if (!signs(authority)) {
      throw new IllegalArgumentException("the key is not the certificate's");
    }
    if (!authority.intermediates().isEmpty() && !leads(issuer)) {
      throw new IllegalArgumentException("the certificates do not lead to a root among ca.crt");
    }
  }

  private static boolean signs(CertificateAuthority authority) {
    PublicKey key = authority.certificate().getPublicKey();
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    byte[] text = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(authority.key());
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(key);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean leads(Issuer issuer) {
    Set<TrustAnchor> roots =
        issuer.roots().stream()
            .map(root -> new TrustAnchor(root, null))
            .collect(Collectors.toUnmodifiableSet());
    try {
      PKIXParameters parameters = new PKIXParameters(roots);
      parameters.setRevocationEnabled(false);
      parameters.setDate(issuer.authority().certificate().getNotBefore());
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509")
                  .generateCertPath(issuer.authority().intermediates()),
              parameters);
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
