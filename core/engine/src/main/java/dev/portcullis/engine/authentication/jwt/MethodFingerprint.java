// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.SecretRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * All that a method demands, as 32 bytes: two methods that differ in anything differ here. Every
 * text goes in with its length and every list with its size, so that no author of a policy can make
 * one method look like another.
 */
final class MethodFingerprint {
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
    print.number(method.from().size());
    for (CredentialLocation place : method.from()) {
      print.text(place.kind().name());
      print.text(place.name());
      print.text(place.prefix());
    }
    print.number(method.claimsToHeaders().size());
    for (ClaimHeader header : method.claimsToHeaders()) {
      print.text(header.claim());
      print.text(header.header());
    }
    return print.sha256.digest();
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

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    sha256.update(bytes);
  }

  private void number(long value) {
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
  }
}
