// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that must never be printed. {@code toString} shows nothing of them, so that logs, goldens
 * and diagnostics cannot leak what passes through them by accident.
 */
public final class SecretMaterial {
  private final byte[] bytes;

  private SecretMaterial(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes a copy. */
  public static SecretMaterial of(byte[] bytes) {
    return new SecretMaterial(bytes.clone());
  }

  /** A copy of the material, for the one place that uses it. */
  public byte[] reveal() {
    return bytes.clone();
  }

  /** SHA-256 of the material, 64 lower-case hexadecimal digits. */
  public String hash() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Compares in constant time. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SecretMaterial that && MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash().hashCode();
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
