// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who signs certificates now, and whose certificates are good. Immutable.
 *
 * @param roots the signer's own among them; more than that while one follows another
 */
public record Trust(CertificateAuthority signer, List<X509Certificate> roots) {

  public Trust {
    roots = List.copyOf(roots);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("without roots nobody can be trusted");
    }
  }

  /** Only an authority that is its own root. */
  public static Trust in(CertificateAuthority root) {
    return new Trust(root, List.of(root.certificate()));
  }

  /** The roots, PEM. */
  public String rootsPem() {
    return Pem.of(roots);
  }
}
