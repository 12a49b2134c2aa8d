// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.authentication.keys.VerificationKey;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LogoutSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Believes a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6) only if every rule
 * holds: signed by the issuer of a method, for one of its client ids, of now, about a logout and
 * nothing else. Immutable, and pure.
 */
public final class LogoutTokenVerifier {
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
  private static final Set<String> TYPES = Set.of("logout+jwt", "application/logout+jwt", "jwt");
  private static final int MAX_TEXT = 256;

  /**
   * How far away the end of a token may be, in seconds: as long as it lives it must be remembered.
   * Issuers should choose two minutes at most (section 2.4).
   */
  private static final long MAX_LIFETIME = 600 + ClaimRules.MAX_SKEW_SECONDS;

  private final Signatures signatures;
  private final Set<JwsAlgorithm> algorithms;
  private final ClaimRules rules;

  /** Prepares the rules of one method, which must say whose logouts it obeys. */
  public LogoutTokenVerifier(AuthMethodSpec.Jwt method, Signatures signatures) {
    LogoutSpec logout = method.logout();
    if (logout == null) {
      throw new IllegalArgumentException("method " + method.name() + " takes no logouts");
    }
    this.signatures = signatures;
    algorithms = Set.copyOf(method.algorithms());
    rules = ClaimRules.ofLogouts(method, logout.clientIds());
  }

  /**
   * Judges one token. Costs at most four verifications of a signature.
   *
   * @param keys of the issuer now
   * @param now seconds since 1970
   */
  public LogoutVerdict verify(String token, VerificationKeys keys, long now) {
    try {
      CompactJws jws = CompactJws.parse(token);
      String type = jws.type();
      if (type != null && !TYPES.contains(type.toLowerCase(Locale.ROOT))) {
        return new LogoutVerdict.Refused("the token is of another type than a logout token");
      }
      if (!algorithms.contains(jws.algorithm())) {
        return new LogoutVerdict.Refused(TokenFault.ALGORITHM.description());
      }
      Map<String, Object> claims = StrictJson.object(jws.payload());
      LogoutVerdict verdict =
          switch (rules.judge(claims, now)) {
            case TokenVerdict.Refused(TokenFault fault) ->
                new LogoutVerdict.Refused(fault.description());
            case VerifiedToken believed ->
                believed.validUntil() - now > MAX_LIFETIME
                    ? new LogoutVerdict.Refused("the token expires later than in ten minutes")
                    : logout(claims, believed.validUntil());
            case TokenVerdict.UnknownKey _, TokenVerdict.Waits _ ->
                throw new IllegalStateException("claims have no keys");
          };
      if (verdict instanceof LogoutVerdict.Refused) {
        return verdict;
      }
      List<VerificationKey> candidates = keys.candidates(jws.algorithm(), jws.keyId());
      if (candidates.isEmpty()) {
        return new LogoutVerdict.UnknownKey(Objects.requireNonNullElse(jws.keyId(), ""));
      }
      return TokenVerifier.signedByOne(jws, candidates, signatures)
          ? verdict
          : new LogoutVerdict.Refused(TokenFault.SIGNATURE.description());
    } catch (MalformedTextException e) {
      return new LogoutVerdict.Refused(TokenFault.MALFORMED.description());
    }
  }

  /** Whether claims are those of a logout token; such a one, leaked, must not let anybody in. */
  static boolean isLogout(Map<String, Object> claims) {
    return claims.get("events") instanceof Map<?, ?> events
        && events.get(EVENT) instanceof Map<?, ?>;
  }

  private static LogoutVerdict logout(Map<String, Object> claims, long until) {
    if (!(claims.get("iat") instanceof Long issuedAt)) {
      return new LogoutVerdict.Refused("the token does not say when it was issued");
    }
    // An ID token has one, and must not end sessions (section 2.4).
    if (claims.containsKey("nonce")) {
      return new LogoutVerdict.Refused("the token has a nonce");
    }
    if (!isLogout(claims)) {
      return new LogoutVerdict.Refused("the token's events name no back-channel logout");
    }
    String id = text(claims, "jti");
    String session = text(claims, "sid");
    String subject = text(claims, "sub");
    if (id == null) {
      return new LogoutVerdict.Refused("the token has no usable jti");
    }
    if ((session == null && claims.containsKey("sid"))
        || (subject == null && claims.containsKey("sub"))) {
      return new LogoutVerdict.Refused("the token's sid or sub is not usable");
    }
    return session == null && subject == null
        ? new LogoutVerdict.Refused("the token has neither sid nor sub")
        : new LogoutVerdict.Believed(id, session, subject, issuedAt, until);
  }

  private static @Nullable String text(Map<String, Object> claims, String name) {
    return claims.get(name) instanceof String text && !text.isEmpty() && text.length() <= MAX_TEXT
        ? text
        : null;
  }
}
