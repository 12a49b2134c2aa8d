// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.extauthz.jwks.TestIssuer;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Holds a token that is bound to its key, and proves it by proofs that another library makes. */
final class TestHolder {
  private final ECKey key;
  private final String token;
  private int streams;

  TestHolder(TestIssuer issuer) throws Exception {
    key = new ECKeyGenerator(Curve.P_256).generate();
    token = issuer.boundToken("ann", key);
  }

  String token() {
    return token;
  }

  /** A proof for {@code GET /orders}, which is used once. */
  String proof(@Nullable String nonce) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .jwtID(UUID.randomUUID().toString())
            .claim("htm", "GET")
            .claim("htu", "https://orders.shop:8080/orders")
            .claim("ath", Base64.getUrlEncoder().withoutPadding().encodeToString(hash))
            .claim("iat", Instant.now().getEpochSecond());
    if (nonce != null) {
      claims.claim("nonce", nonce);
    }
    SignedJWT proof =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK())
                .build(),
            claims.build());
    proof.sign(new ECDSASigner(key));
    return proof.serialize();
  }

  /** A request of its own: Envoy gives each another id. */
  CheckRequest check(String route, String proof) {
    CheckRequest.Builder check =
        Checks.of(route, "/orders", "authorization", "DPoP " + token, "dpop", proof).toBuilder();
    check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setId("stream-" + ++streams);
    return check.build();
  }
}
