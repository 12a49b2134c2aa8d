// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Provider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which provider verifies; what both accept is for Wycheproof's vectors. */
class SignaturesTest {
  private static final byte[] INPUT = "header.payload".getBytes(StandardCharsets.US_ASCII);

  /** A provider that says that it has signatures, and has no keys for them. */
  @SuppressWarnings("serial") // It is never serialised.
  private static final class WithoutKeys extends Provider {
    private int asked;

    WithoutKeys(String... algorithms) {
      super("WithoutKeys", "1", "for tests");
      for (String each : algorithms) {
        putService(
            new Service(this, "Signature", each, "none", List.of(), Map.of()) {
              @Override
              public Object newInstance(Object parameter) {
                throw new AssertionError("it cannot verify by a key that it did not take");
              }
            });
      }
    }

    @Override
    public synchronized Service getService(String type, String algorithm) {
      if (type.equals("KeyFactory")) {
        asked++;
      }
      return super.getService(type, algorithm);
    }
  }

  private static boolean verifies(
      Signatures signatures, JwsAlgorithm algorithm, String name, KeyPair pair) {
    byte[] signature = TestKeys.sign(name, pair.getPrivate(), INPUT);
    boolean held = signatures.verify(algorithm, pair.getPublic(), INPUT, signature);
    signature[signature.length - 1] ^= 1;
    return held && !signatures.verify(algorithm, pair.getPublic(), INPUT, signature);
  }

  @Test
  void theJvmVerifiesWhatTheProviderCannot() {
    Signatures signatures = Signatures.by(new WithoutKeys());
    assertThat(verifies(signatures, JwsAlgorithm.RS256, "SHA256withRSA", TestKeys.RSA)).isTrue();
    assertThat(
            verifies(signatures, JwsAlgorithm.ES256, "SHA256withECDSAinP1363Format", TestKeys.EC))
        .isTrue();
  }

  @Test
  void theJvmVerifiesByKeysThatTheProviderDoesNotTakeAndItIsAskedOnce() {
    WithoutKeys provider = new WithoutKeys("SHA256withRSA");
    Signatures signatures = Signatures.by(provider);
    assertThat(verifies(signatures, JwsAlgorithm.RS256, "SHA256withRSA", TestKeys.RSA)).isTrue();
    assertThat(provider.asked).isOne();
  }

  @Test
  void ed25519IsForTheJvmAlways() {
    WithoutKeys provider = new WithoutKeys("Ed25519");
    assertThat(verifies(Signatures.by(provider), JwsAlgorithm.EdDSA, "Ed25519", TestKeys.ED))
        .isTrue();
    assertThat(provider.asked).isZero();
  }
}
