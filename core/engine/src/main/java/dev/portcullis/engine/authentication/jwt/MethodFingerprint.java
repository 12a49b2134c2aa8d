// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.SecretRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a method demands, as 32 bytes: two methods that differ in anything differ here. Every
 * text goes in with its length and every list with its size, so that no author of a policy can make
 * one method look like another.
 */
public final class MethodFingerprint {
  private final MessageDigest sha256 = TokenDigest.sha256();

  private MethodFingerprint() {}

  static byte[] of(AuthMethodSpec.Jwt method) {
    var print = new MethodFingerprint();
    print.text(method.name());
    print.text(method.issuer());
    print.number(method.audiences().size());
    method.audiences().forEach(print::text);
    print.keys(method.jwks());
    print.number(method.algorithms().size());
    for (JwsAlgorithm algorithm : method.algorithms()) {
      print.text(algorithm.name());
    }
    print.number(method.clockSkew().toMillis());
    print.places(method.from());
    print.headers(method.claimsToHeaders());
    print.proof(method.proof());
    return print.sha256.digest();
  }

  /** The fingerprint of a method that asks the issuer; none of a signed token's is like it. */
  public static byte[] of(AuthMethodSpec.Introspection method) {
    var print = new MethodFingerprint();
    print.number(-1);
    print.text(method.name());
    print.text(method.endpoint());
    print.text(method.clientId().hash());
    print.text(method.clientSecret().hash());
    print.number(method.cacheTtl().toMillis());
    print.number(method.timeout().toMillis());
    print.number(method.issuer() == null ? 0 : 1);
    print.text(method.issuer() == null ? "" : method.issuer());
    print.number(method.audiences().size());
    method.audiences().forEach(print::text);
    print.places(method.from());
    print.headers(method.claimsToHeaders());
    print.proof(method.proof());
    return print.sha256.digest();
  }

  private void places(List<CredentialLocation> places) {
    number(places.size());
    for (CredentialLocation place : places) {
      text(place.kind().name());
      text(place.name());
      text(place.prefix());
    }
  }

  private void headers(List<ClaimHeader> headers) {
    number(headers.size());
    for (ClaimHeader header : headers) {
      text(header.claim());
      text(header.header());
    }
  }

  private void keys(JwksSpec jwks) {
    switch (jwks) {
      case JwksSpec.Remote(String uri) -> {
        number(0);
        text(uri);
      }
      case JwksSpec.Inline(String json) -> {
        number(1);
        text(json);
      }
      case JwksSpec.FromSecret(SecretRef secret) -> {
        number(2);
        text(secret.hash());
      }
      case JwksSpec.Discovered(String issuer) -> {
        number(3);
        text(issuer);
      }
    }
  }

  private void proof(@Nullable ProofSpec proof) {
    switch (proof) {
      case null -> number(0);
      case ProofSpec.Dpop dpop -> {
        number(1);
        number(dpop.origins().size());
        dpop.origins().forEach(this::text);
        number(dpop.nonce() ? 1 : 0);
      }
      case ProofSpec.MutualTls _ -> number(2);
    }
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    sha256.update(bytes);
  }

  private void number(long value) {
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
  }
}
