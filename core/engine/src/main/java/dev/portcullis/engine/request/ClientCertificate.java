// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import dev.portcullis.policy.match.Principal;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of a client from outside, which the listener that ended its connection validated:
 * its chain, its dates and, where there is one, the list of revoked ones.
 *
 * @param sha256 of its DER encoding: 64 hexadecimal digits in lower case
 * @param dnsNames of its subject's alternative names, in their order, in lower case
 * @param uris likewise, as they are written
 * @param notAfter when it ends
 */
public record ClientCertificate(
    String sha256, List<String> dnsNames, List<String> uris, Instant notAfter) {
  private static final int DNS_NAME = 2;
  private static final int URI = 6;

  public ClientCertificate {
    dnsNames = List.copyOf(dnsNames);
    uris = List.copyOf(uris);
  }

  /**
   * What a certificate says. One whose alternative names cannot all be read names nobody: what is
   * left over might mean something else than the whole.
   *
   * @throws GeneralSecurityException when it has no encoding, which one that was read always has
   */
  public static ClientCertificate of(X509Certificate certificate) throws GeneralSecurityException {
    return new ClientCertificate(
        HexFormat.of().formatHex(sha256(certificate.getEncoded())),
        names(certificate, DNS_NAME).stream().map(ClientCertificate::lowerCase).toList(),
        names(certificate, URI),
        certificate.getNotAfter().toInstant());
  }

  /** The same digest as RFC 8705 has it in tokens ({@code x5t#S256}): base64url, no padding. */
  public String thumbprint() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(HexFormat.of().parseHex(sha256));
  }

  /**
   * The workload that it names, of whatever trust domain; null: none. A SPIFFE ID stands alone
   * among the URIs of its certificate.
   */
  public @Nullable Principal workload() {
    return uris.size() == 1 ? Principal.read(uris.getFirst()) : null;
  }

  private static List<String> names(X509Certificate certificate, int kind) {
    Collection<List<?>> all;
    try {
      all = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    if (all != null) {
      for (List<?> name : all) {
        if (name.getFirst() instanceof Integer type
            && type == kind
            && name.get(1) instanceof String text) {
          names.add(text);
        }
      }
    }
    return names;
  }

  /** Only letters of ASCII have two cases in a DNS name. */
  private static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static byte[] sha256(byte[] der) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(der);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
