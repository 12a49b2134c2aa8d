// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.probe;

import dev.portcullis.policy.plan.SecretMaterial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A key that signs probes (HMAC-SHA256). Immutable, thread-safe, and shows nothing of itself. */
public final class ProbeKey {
  /** How long a key is. */
  public static final int BYTES = 32;

  /**
   * What the names of such keys begin with among the secrets of a plan; the hash of the material
   * follows.
   */
  public static final String PREFIX = "probe/";

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretMaterial material;
  private final SecretKeySpec key;

  private ProbeKey(SecretMaterial material) {
    this.material = material;
    this.key = new SecretKeySpec(material.reveal(), ALGORITHM);
  }

  /**
   * The key of its material.
   *
   * @throws IllegalArgumentException when that is not {@link #BYTES} long
   */
  public static ProbeKey of(SecretMaterial material) {
    if (material.reveal().length != BYTES) {
      throw new IllegalArgumentException("a key for probes has " + BYTES + " bytes");
    }
    return new ProbeKey(material);
  }

  /** Under which name it travels. */
  public String name() {
    return PREFIX + material.hash();
  }

  /** What it is made of, for those whom it is sent to. */
  public SecretMaterial material() {
    return material;
  }

  /**
   * Signs a text.
   *
   * @param use so that what was signed for one use is worth nothing for another
   */
  byte[] sign(String use, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(use.getBytes(StandardCharsets.US_ASCII));
      mac.update((byte) 0);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA256", e);
    }
  }

  /**
   * A key for something else, which all have who have this one. Nothing that one signs is worth
   * anything to the other.
   */
  public byte[] derive(String use) {
    return sign("derived", use);
  }

  /** Whether a signature is this key's; takes the same time wherever it differs. */
  boolean signed(String use, String text, byte[] signature) {
    return MessageDigest.isEqual(sign(use, text), signature);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProbeKey that && material.equals(that.material);
  }

  @Override
  public int hashCode() {
    return material.hashCode();
  }

  @Override
  public String toString() {
    return "ProbeKey[redacted]";
  }
}
