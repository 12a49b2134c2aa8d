// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces that proofs must carry, so that nobody can make proofs ahead of time (RFC 9449 section 9).
 * Nothing is kept of them: a nonce is a minute and its HMAC. It is good in its minute and in the
 * next; a minute more is for clocks that differ. Thread-safe.
 */
public final class Nonces {
  private static final long SECONDS = 60;
  private static final String ALGORITHM = "HmacSHA256";
  private static final byte[] USE = "portcullis dpop nonce".getBytes(StandardCharsets.US_ASCII);
  private static final int MAC_BYTES = 16;
  private static final int LENGTH = (Long.BYTES + MAC_BYTES) / 3 * 4;

  private final Supplier<List<byte[]>> shared;
  private final byte[] own = new byte[32];

  private Nonces(Supplier<List<byte[]>> shared) {
    this.shared = shared;
    new SecureRandom().nextBytes(own);
  }

  /** Only this process takes them. */
  public static Nonces ofThisProcess() {
    return new Nonces(List::of);
  }

  /**
   * All processes take them that share keys.
   *
   * @param keys at least 32 bytes each, the first makes nonces; while there are none, a key of this
   *     process does
   */
  public static Nonces shared(Supplier<List<byte[]>> keys) {
    return new Nonces(keys);
  }

  /** A nonce that is good now. */
  String make(long now) {
    long minute = now / SECONDS;
    return text(minute, keys().getFirst());
  }

  /** Whether a nonce is one of ours, and good now. */
  boolean good(String nonce, long now) {
    if (nonce.length() != LENGTH) {
      return false;
    }
    long minute = now / SECONDS;
    byte[] asked = nonce.getBytes(StandardCharsets.UTF_8);
    boolean good = false;
    for (byte[] key : keys()) {
      for (long made = minute - 2; made <= minute + 1; made++) {
        byte[] right = text(made, key).getBytes(StandardCharsets.US_ASCII);
        good |= MessageDigest.isEqual(right, asked);
      }
    }
    return good;
  }

  private List<byte[]> keys() {
    List<byte[]> keys = new ArrayList<>(shared.get());
    keys.add(own);
    return keys;
  }

  private static String text(long minute, byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update(USE);
      byte[] time = ByteBuffer.allocate(Long.BYTES).putLong(minute).array();
      ByteBuffer nonce = ByteBuffer.allocate(Long.BYTES + MAC_BYTES).put(time);
      nonce.put(mac.doFinal(time), 0, MAC_BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce.array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA256", e);
    }
  }
}
