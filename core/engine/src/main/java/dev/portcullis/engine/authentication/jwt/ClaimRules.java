// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.policy.plan.AuthMethodSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one method demands of the claims: issuer and audience, character by character; an expiry;
 * times that are whole numbers; no more than a minute of skew.
 */
final class ClaimRules {
  /** However much a policy asks for, clocks are forgiven no more than this, in seconds. */
  static final long MAX_SKEW_SECONDS = 60;

  /** The last second of the year 9999: later times are mistakes, or attempts to overflow. */
  private static final long MAX_TIME = 253_402_300_799L;

  private final String issuer;
  private final Set<String> audiences;
  private final long skew;
  private final TokenIdentity identity;

  ClaimRules(AuthMethodSpec.Jwt method) {
    issuer = method.issuer();
    audiences = Set.copyOf(method.audiences());
    skew = Math.clamp(method.clockSkew().toSeconds(), 0, MAX_SKEW_SECONDS);
    identity = new TokenIdentity(method);
  }

  TokenVerdict judge(Map<String, Object> claims, long now) {
    Object exp = claims.get("exp");
    Object nbf = claims.get("nbf");
    Object iat = claims.get("iat");
    if (exp == null) {
      return refused(TokenFault.EXPIRY_MISSING);
    }
    if (!isTime(exp)
        || (nbf != null && !isTime(nbf))
        || (iat != null && !isTime(iat))
        || !(claims.getOrDefault("sub", "") instanceof String)) {
      return refused(TokenFault.CLAIMS);
    }
    if (!issuer.equals(claims.get("iss"))) {
      return refused(TokenFault.ISSUER);
    }
    if (!namesUs(claims.get("aud"))) {
      return refused(TokenFault.AUDIENCE);
    }
    long until = (Long) exp + skew;
    long notBefore = nbf == null ? 0 : (Long) nbf - skew;
    long issued = iat == null ? 0 : (Long) iat - skew;
    if (now >= until) {
      return refused(TokenFault.EXPIRED);
    }
    if (now < notBefore) {
      return refused(TokenFault.NOT_YET_VALID);
    }
    if (now < issued) {
      return refused(TokenFault.ISSUED_IN_FUTURE);
    }
    return new VerifiedToken(
        new AuthenticationResult.Authenticated(identity.of(claims, until)),
        Math.max(notBefore, issued),
        until);
  }

  private static TokenVerdict refused(TokenFault fault) {
    return new TokenVerdict.Refused(fault);
  }

  private static boolean isTime(Object value) {
    return value instanceof Long seconds && seconds >= 0 && seconds <= MAX_TIME;
  }

  private boolean namesUs(@Nullable Object audience) {
    return switch (audience) {
      case String one -> audiences.contains(one);
      case List<?> many ->
          many.stream().allMatch(String.class::isInstance)
              && many.stream().anyMatch(audiences::contains);
      case null, default -> false;
    };
  }
}
