// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Finds a token in the cache: 128 bits of the SHA-256 of the method's fingerprint and the token.
 * Nobody can make two tokens that meet in 128 bits and of which one is signed by the issuer: that
 * would take a second preimage, 2<sup>128</sup> tries.
 */
public record TokenDigest(long high, long low) {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** A digest and its output, once per thread: making them costs as much as the cache look-up. */
  @SuppressWarnings("ArrayRecordComponent") // Scratch memory, never compared.
  private record Worker(MessageDigest sha256, byte[] output) {}

  private static final ThreadLocal<Worker> WORKER =
      ThreadLocal.withInitial(() -> new Worker(sha256(), new byte[32]));

  /**
   * The digest of a token under a method.
   *
   * @param token of which characters beyond Latin-1 are not told apart
   */
  public static TokenDigest of(byte[] methodFingerprint, String token) {
    Worker worker = WORKER.get();
    MessageDigest sha256 = worker.sha256;
    sha256.update(methodFingerprint);
    // Characters beyond Latin-1 become '?', which no verified token has.
    sha256.update(token.getBytes(StandardCharsets.ISO_8859_1));
    try {
      sha256.digest(worker.output, 0, worker.output.length);
    } catch (DigestException e) {
      throw new IllegalStateException("32 bytes hold a SHA-256", e);
    }
    return new TokenDigest(
        (long) LONGS.get(worker.output, 0), (long) LONGS.get(worker.output, Long.BYTES));
  }

  /** A new digest function. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public int hashCode() {
    return Long.hashCode(low);
  }
}
