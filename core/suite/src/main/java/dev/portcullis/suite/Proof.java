// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A proof of possession to mint for one request (RFC 9449). Everything can be wrong on purpose.
 *
 * @param holder whose key signs
 * @param token that the same request carries, for {@code ath}; null: the proof names none
 * @param method for {@code htm}
 * @param url for {@code htu}
 * @param header members over the usual {@code alg}, {@code typ}, {@code jwk}; null removes one
 * @param claims members over the usual {@code jti}, {@code htm}, {@code htu}, {@code iat}, {@code
 *     ath}; null removes one
 * @param age how long ago it was made, such as {@code 10s}; {@code -10s}: it is ahead of time
 */
public record Proof(
    String holder,
    @Nullable String token,
    String method,
    String url,
    Map<String, @Nullable Object> header,
    Map<String, @Nullable Object> claims,
    String age,
    Token.Signature signature) {

  /**
   * The same as a token that the holder signs.
   *
   * @param jwk the public key
   * @param id another one for each proof
   * @param tokenHash empty: no {@code ath}
   * @param issuedAt seconds since 1970
   */
  Token asToken(Map<String, Object> jwk, String id, String tokenHash, long issuedAt) {
    Map<String, @Nullable Object> members = new HashMap<>();
    members.put("typ", "dpop+jwt");
    members.put("kid", null);
    members.put("jwk", jwk);
    members.putAll(header);
    Map<String, @Nullable Object> says = new HashMap<>();
    says.put("exp", null);
    says.put("jti", id);
    says.put("htm", method);
    says.put("htu", url);
    says.put("iat", issuedAt);
    says.put("ath", tokenHash.isEmpty() ? null : tokenHash);
    says.putAll(claims);
    return new Token(holder, members, says, null, null, "1m", null, signature, null);
  }
}
