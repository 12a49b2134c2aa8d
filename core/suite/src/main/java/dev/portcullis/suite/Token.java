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
 * @param rawHeader the header's whole JSON text instead, right or wrong; null: {@code header}
 *     counts
 * @param rawClaims the payload's whole text instead; null: {@code claims} counts
 * @param expiresIn from now, such as {@code 10m} or {@code -1h}; sets {@code exp}
 * @param authAge how long ago the caller authenticated, such as {@code 5m}; sets {@code auth_time};
 *     null: the token does not say
 * @param loose the part of which the last character is another that a careless reader takes for the
 *     same, as it differs in bits that say nothing; the signature is over it as it stands. Null:
 *     none
 */
public record Token(
    String issuer,
    Map<String, @Nullable Object> header,
    Map<String, @Nullable Object> claims,
    @Nullable String rawHeader,
    @Nullable String rawClaims,
    String expiresIn,
    @Nullable String authAge,
    Signature signature,
    @Nullable Part loose) {

  /** One of the three. */
  public enum Part {
    HEADER,
    PAYLOAD,
    SIGNATURE
  }

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
    /** By another key of the same kind, which the header brings along as {@code jwk}. */
    EMBEDDED_KEY,
    /** The right one without its last byte. */
    SHORT,
    /** The right one and a byte of zero behind it. */
    LONG,
    /** Of ECDSA: the right one, as ASN.1 writes it rather than JWS. */
    DER,
    /**
     * Of ECDSA: both numbers are the order of the curve's group, which is zero but for its looks.
     */
    ORDER,
    /** HMAC under the public key's PEM text. */
    HMAC_OF_PUBLIC_PEM,
    /** HMAC under the public key's DER bytes. */
    HMAC_OF_PUBLIC_DER
  }
}
