// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Names one proof: 128 bits of the SHA-256 of its key's thumbprint and its {@code jti}. Another
 * holder's proof of the same {@code jti} is another proof.
 *
 * @param holder tells holders from each other, mostly: 0 to {@value #HOLDERS} - 1
 */
public record ProofId(long high, long low, int holder) {
  /** How many holders are told from each other. */
  static final int HOLDERS = 1024;

  /** The id of a proof. */
  static ProofId of(String thumbprint, String jti) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      // A thumbprint has no such character.
      sha256.update((thumbprint + "\n" + jti).getBytes(StandardCharsets.UTF_8));
      ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
      return new ProofId(
          digest.getLong(), digest.getLong(), Math.floorMod(thumbprint.hashCode(), HOLDERS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
