// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.authentication.jwt.CompactJws;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A proof (RFC 9449 section 4.2), taken apart and not yet believed.
 *
 * @param jwk the public key that it brings; null: none
 * @param claims as they stand
 */
record DpopProof(CompactJws jws, @Nullable Map<?, ?> jwk, Map<String, Object> claims) {
  private static final String TYPE = "dpop+jwt";
  private static final int MAX_ID_LENGTH = 256;

  static DpopProof parse(String text) throws MalformedTextException {
    CompactJws jws = CompactJws.parse(text);
    return new DpopProof(
        jws,
        jws.header().get("jwk") instanceof Map<?, ?> jwk ? jwk : null,
        StrictJson.object(jws.payload()));
  }

  boolean isProof() {
    return TYPE.equalsIgnoreCase(jws.type());
  }

  /** Whether every claim is there that each proof needs, with the type that it needs. */
  boolean isComplete() {
    return !id().isEmpty()
        && id().length() <= MAX_ID_LENGTH
        && !text("htm").isEmpty()
        && !text("htu").isEmpty()
        && !text("ath").isEmpty()
        && claims.get("iat") instanceof Long
        && (claims.get("nonce") == null || claims.get("nonce") instanceof String);
  }

  String id() {
    return text("jti");
  }

  /** Seconds since 1970. */
  long issuedAt() {
    return claims.get("iat") instanceof Long seconds ? seconds : 0;
  }

  /** The claim; empty when it is no text. */
  String text(String claim) {
    return claims.get(claim) instanceof String text ? text : "";
  }
}
