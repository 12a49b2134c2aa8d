// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ServerName;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

class PeerRootsTest {
  private static final Clock CLOCK = Clock.systemUTC();

  private final CertificateAuthority older = CertificateAuthority.create(CLOCK);
  private final CertificateAuthority newer = CertificateAuthority.create(CLOCK);

  @Test
  void rootsOfOneNameAreAllTrusted() throws Exception {
    X509TrustManager trust = trust(List.of(newer.certificate(), older.certificate()));

    assertThat(newer.certificate().getSubjectX500Principal())
        .isEqualTo(older.certificate().getSubjectX500Principal());
    assertThat(trust.getAcceptedIssuers())
        .containsExactlyInAnyOrder(newer.certificate(), older.certificate());
    trust.checkServerTrusted(served(newer), "ECDHE_ECDSA");
    trust.checkServerTrusted(served(older), "ECDHE_ECDSA");
  }

  @Test
  void nobodyElseIs() throws Exception {
    X509TrustManager trust = trust(List.of(older.certificate()));

    assertThatThrownBy(() -> trust.checkServerTrusted(served(newer), "ECDHE_ECDSA"))
        .isInstanceOf(CertificateException.class);
  }

  private static X509TrustManager trust(List<X509Certificate> roots) throws IOException {
    return (X509TrustManager) PeerRoots.trust(Pem.of(roots))[0];
  }

  private static X509Certificate[] served(CertificateAuthority authority) {
    return authority
        .issueServer(List.of(ServerName.parse("operator.test")), Duration.ofHours(1), CLOCK)
        .chain()
        .toArray(X509Certificate[]::new);
  }
}
