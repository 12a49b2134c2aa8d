// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.Trust;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All operators sign with the same keys, and one key follows another without a gap. */
final class ProbeKeysTest {
  private final CertificateAuthority first = CertificateAuthority.create(Clock.systemUTC());
  private final CertificateAuthority second = CertificateAuthority.create(Clock.systemUTC());
  private final CertificateAuthority third = CertificateAuthority.create(Clock.systemUTC());

  /** One operator made the authority's key, the others read it from a Secret. */
  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void dependOnTheKeyAndNotOnHowItCame(String algorithm) throws Exception {
    PrivateKey made = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
    PrivateKey other = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
    assertThat(ProbeKeys.derived(Pem.key(Pem.of(made)))).isEqualTo(ProbeKeys.derived(made));
    assertThat(ProbeKeys.derived(other)).isNotEqualTo(ProbeKeys.derived(made));
  }

  @Test
  void keepTheOneBeforeWhenAnotherAuthoritySigns() {
    CurrentTrust trust = new CurrentTrust(Trust.in(first));
    ProbeKeys keys = new ProbeKeys(trust);
    assertThat(keys.keys()).containsExactly(of(first));
    trust.set(Trust.in(second));
    assertThat(keys.keys()).isEqualTo(List.of(of(second), of(first)));
    assertThat(keys.keys()).hasSize(2);
    trust.set(Trust.in(third));
    assertThat(keys.keys()).isEqualTo(List.of(of(third), of(second)));
    trust.set(Trust.in(second));
    assertThat(keys.keys()).isEqualTo(List.of(of(second), of(third)));
  }

  private static ProbeKey of(CertificateAuthority authority) {
    return ProbeKeys.derived(authority.key());
  }
}
