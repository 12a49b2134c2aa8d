// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The SHA-256 digest of one certificate, by which it is meant and no other, whatever it names.
 *
 * @param sha256 64 hexadecimal digits in lower case
 */
public record CertificateDigest(String sha256) {
  private static final Pattern PLAIN = Pattern.compile("[0-9a-f]{64}");

  /** As {@code openssl x509 -fingerprint} prints it. */
  private static final Pattern DIVIDED = Pattern.compile("[0-9A-F]{2}(:[0-9A-F]{2}){31}");

  /**
   * Checks a digest.
   *
   * @throws IllegalArgumentException when it is none
   */
  public CertificateDigest {
    if (!PLAIN.matcher(sha256).matches()) {
      throw problem(sha256);
    }
  }

  /**
   * Reads a digest: 64 digits in lower case, or pairs of upper-case digits with colons between
   * them.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static CertificateDigest parse(String text) {
    return new CertificateDigest(
        DIVIDED.matcher(text).matches() ? text.replace(":", "").toLowerCase(Locale.ROOT) : text);
  }

  private static IllegalArgumentException problem(String text) {
    return new IllegalArgumentException(
        "fingerprint \""
            + text.substring(0, Math.min(100, text.length()))
            + "\" is no SHA-256 digest: 64 hexadecimal digits in lower case, or 32 pairs in upper"
            + " case with colons");
  }

  @Override
  public String toString() {
    return sha256;
  }
}
