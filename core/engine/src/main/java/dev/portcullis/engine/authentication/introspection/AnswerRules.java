// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.authentication.jwt.Confirmation;
import dev.portcullis.engine.authentication.jwt.RegisteredClaims;
import dev.portcullis.engine.authentication.jwt.TokenFault;
import dev.portcullis.engine.authentication.jwt.TokenIdentity;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ProofSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one method makes of an issuer's answer (RFC 7662 section 2.2). The issuer judges its token,
 * and still the times are compared: an answer may come from a cache on its side. An answer that
 * cannot be understood is no answer. Immutable, and pure.
 */
final class AnswerRules {
  /** How far our clock may be behind the issuer's, in seconds. */
  private static final long SKEW_SECONDS = 30;

  private final @Nullable String issuer;
  private final Set<String> audiences;
  private final TokenIdentity identity;
  private final @Nullable ProofSpec proof;

  AnswerRules(AuthMethodSpec.Introspection method) {
    issuer = method.issuer();
    audiences = Set.copyOf(method.audiences());
    identity = new TokenIdentity(method.name(), issuer, method.claimsToHeaders());
    proof = method.proof();
  }

  /**
   * Judges an answer.
   *
   * @param now seconds since 1970
   */
  TokenAnswer judge(byte[] answer, long now) {
    try {
      return judge(StrictJson.object(answer), now);
    } catch (MalformedTextException e) {
      return new TokenAnswer.Unavailable("the answer about the token: " + e.getMessage());
    }
  }

  private TokenAnswer judge(Map<String, Object> answer, long now) {
    if (!(answer.get("active") instanceof Boolean active)) {
      return misunderstood("active");
    }
    if (!active) {
      return new TokenAnswer.Refused("its issuer says that the token is not active");
    }
    Object exp = answer.get("exp");
    Object nbf = answer.get("nbf");
    if (exp != null && !RegisteredClaims.isTime(exp)) {
      return misunderstood("exp");
    }
    if (nbf != null && !RegisteredClaims.isTime(nbf)) {
      return misunderstood("nbf");
    }
    if (!(answer.getOrDefault("sub", "") instanceof String)) {
      return misunderstood("sub");
    }
    TokenFault binding = Confirmation.fault(answer, proof);
    if (binding != null) {
      return new TokenAnswer.Refused(binding.description());
    }
    if (issuer != null && !issuer.equals(answer.get("iss"))) {
      return new TokenAnswer.Refused("the token is of another issuer");
    }
    if (!audiences.isEmpty() && !RegisteredClaims.names(audiences, answer.get("aud"))) {
      return new TokenAnswer.Refused("the token is for another audience");
    }
    long expires = exp == null ? Identity.NO_END : (Long) exp;
    if (now >= expires) {
      return new TokenAnswer.Refused("the token has expired");
    }
    if (nbf != null && now < (Long) nbf - SKEW_SECONDS) {
      return new TokenAnswer.Refused("the token is not valid yet");
    }
    Map<String, Object> claims = new LinkedHashMap<>(answer);
    claims.remove("active");
    return new TokenAnswer.Active(
        new AuthenticationResult.Authenticated(identity.of(claims, expires)), expires);
  }

  private static TokenAnswer misunderstood(String member) {
    return new TokenAnswer.Unavailable(
        "the answer about the token has no " + member + " of the type that it should have");
  }
}
