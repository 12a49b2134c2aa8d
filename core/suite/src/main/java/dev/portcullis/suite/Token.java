// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token to mint. Everything can be wrong on purpose.
 *
 * @param issuer whose key signs
 * @param header members over the usual {@code alg}, {@code kid}, {@code typ}; null removes one
 * @param claims members over the usual {@code iat} and {@code exp}; null removes one
 * @param expiresIn from now, such as {@code 10m} or {@code -1h}; sets {@code exp}
 */
public record Token(
    String issuer,
    Map<String, @Nullable Object> header,
    Map<String, @Nullable Object> claims,
    String expiresIn,
    Signature signature) {

  /** What stands in the third part. */
  public enum Signature {
    VALID,
    /** Nothing. */
    EMPTY,
    /** Bytes of the right length that sign nothing. */
    GARBAGE,
    /** Zeros of the right length (CVE-2022-21449). */
    ZEROS,
    /** By another key of the same kind. */
    OTHER_KEY,
    /** HMAC under the public key's PEM text. */
    HMAC_OF_PUBLIC_PEM,
    /** HMAC under the public key's DER bytes. */
    HMAC_OF_PUBLIC_DER
  }
}
