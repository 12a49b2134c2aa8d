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
 * @param tenant tells from each other whose policies ask for proofs, mostly: 0 to {@value #TENANTS}
 *     - 1. It names nothing: the same proof is the same for all.
 */
public record ProofId(long high, long low, int holder, int tenant) {
  /** How many holders are told from each other. */
  static final int HOLDERS = 1024;

  /** How many tenants are told from each other. */
  static final int TENANTS = 1024;

  /**
   * The id of a proof.
   *
   * @param namespace of the policy that asks for it
   */
  static ProofId of(String namespace, String thumbprint, String jti) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      // A thumbprint has no such character.
      sha256.update((thumbprint + "\n" + jti).getBytes(StandardCharsets.UTF_8));
      ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
      return new ProofId(
          digest.getLong(),
          digest.getLong(),
          Math.floorMod(thumbprint.hashCode(), HOLDERS),
          Math.floorMod(namespace.hashCode(), TENANTS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
