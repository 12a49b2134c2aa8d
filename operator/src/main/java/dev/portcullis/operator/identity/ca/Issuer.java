// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.operator.identity.CertificateAuthority;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * An authority and the roots that lead to it.
 *
 * @param roots at least one
 */
public record Issuer(CertificateAuthority authority, List<X509Certificate> roots) {

  public Issuer {
    roots = List.copyOf(roots);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("an authority without a root");
    }
  }

  /** An authority that is its own root. */
  public static Issuer of(CertificateAuthority root) {
    return new Issuer(root, List.of(root.certificate()));
  }

  /** Whether both sign in the same name with the same key. */
  boolean is(Issuer other) {
    return authority.certificate().equals(other.authority.certificate());
  }
}
