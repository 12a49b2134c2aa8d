// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.identity.Pem;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Trust in every root of several. All roots of an authority have the same name, and gRPC, given
 * their PEM, keeps one root of each name: operators would not know each other while one root
 * follows another.
 */
final class PeerRoots {
  private PeerRoots() {}

  /**
   * @param pem at least one certificate
   * @throws IOException when it cannot be read, or holds none
   */
  static TrustManager[] trust(String pem) throws IOException {
    try {
      List<X509Certificate> roots = Pem.certificates(pem);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < roots.size(); i++) {
        store.setCertificateEntry("root-" + i, roots.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException("roots that cannot be used", e);
    }
  }
}
