// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ProofSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one method demands of the claims: issuer and audience, character by character; an expiry;
 * times that are whole numbers; no more than a minute of skew.
 */
final class ClaimRules {
  /** However much a policy asks for, clocks are forgiven no more than this, in seconds. */
  static final long MAX_SKEW_SECONDS = 60;

  private final String issuer;
  private final Set<String> audiences;
  private final long skew;
  private final TokenIdentity identity;
  private final Function<Map<String, Object>, @Nullable TokenFault> binding;

  private ClaimRules(
      AuthMethodSpec.Jwt method,
      List<String> audiences,
      Function<Map<String, Object>, @Nullable TokenFault> binding) {
    issuer = method.issuer();
    this.audiences = Set.copyOf(audiences);
    skew = Math.clamp(method.clockSkew().toSeconds(), 0, MAX_SKEW_SECONDS);
    identity = new TokenIdentity(method);
    this.binding = binding;
  }

  /** For tokens that let somebody in. */
  static ClaimRules ofTokens(AuthMethodSpec.Jwt method) {
    ProofSpec proof = method.proof();
    return new ClaimRules(method, method.audiences(), claims -> Confirmation.fault(claims, proof));
  }

  /** For tokens that an issuer sends by itself: nobody holds them, so they are bound to nothing. */
  static ClaimRules ofLogouts(AuthMethodSpec.Jwt method, List<String> clients) {
    return new ClaimRules(method, clients, _ -> null);
  }

  TokenVerdict judge(Map<String, Object> claims, long now) {
    Object exp = claims.get("exp");
    Object nbf = claims.get("nbf");
    Object iat = claims.get("iat");
    if (exp == null) {
      return refused(TokenFault.EXPIRY_MISSING);
    }
    if (!RegisteredClaims.isTime(exp)
        || (nbf != null && !RegisteredClaims.isTime(nbf))
        || (iat != null && !RegisteredClaims.isTime(iat))
        || !(claims.getOrDefault("sub", "") instanceof String)) {
      return refused(TokenFault.CLAIMS);
    }
    if (!issuer.equals(claims.get("iss"))) {
      return refused(TokenFault.ISSUER);
    }
    if (!RegisteredClaims.names(audiences, claims.get("aud"))) {
      return refused(TokenFault.AUDIENCE);
    }
    TokenFault unbound = binding.apply(claims);
    if (unbound != null) {
      return refused(unbound);
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
}
