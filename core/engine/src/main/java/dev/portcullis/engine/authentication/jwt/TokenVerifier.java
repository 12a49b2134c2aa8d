// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.authentication.keys.VerificationKey;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Believes a token only if every rule of one method holds. Immutable, and pure. */
public final class TokenVerifier {
  /** An ID token has no {@code typ} or {@code JWT}; the audience tells it from an access token. */
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final Signatures signatures;
  private final Set<JwsAlgorithm> algorithms;
  private final ClaimRules rules;

  /** Prepares the rules of one method. */
  public TokenVerifier(AuthMethodSpec.Jwt method, Signatures signatures) {
    this.signatures = signatures;
    algorithms = Set.copyOf(method.algorithms());
    rules = ClaimRules.ofTokens(method);
  }

  /**
   * Judges one token. Costs one signature verification, at most four where a token names no key.
   *
   * @param token as the client sent it, without a scheme
   * @param keys of the issuer now
   * @param now seconds since 1970
   * @param patience how long the thread may be kept: without any, no public key is used
   */
  public TokenVerdict verify(String token, VerificationKeys keys, long now, Patience patience) {
    try {
      CompactJws jws = CompactJws.parse(token);
      if (!accepted(jws.type())) {
        return new TokenVerdict.Refused(TokenFault.TYPE);
      }
      if (!algorithms.contains(jws.algorithm())) {
        return new TokenVerdict.Refused(TokenFault.ALGORITHM);
      }
      // The cheap rules first: whoever floods us with expired tokens buys no signature check, and
      // a token of another issuer does not make us look for newer keys of this one.
      Map<String, Object> claims = StrictJson.object(jws.payload());
      TokenVerdict verdict = rules.judge(claims, now);
      if (verdict instanceof TokenVerdict.Refused) {
        return verdict;
      }
      if (LogoutTokenVerifier.isLogout(claims)) {
        return new TokenVerdict.Refused(TokenFault.TYPE);
      }
      List<VerificationKey> candidates = keys.candidates(jws.algorithm(), jws.keyId());
      if (candidates.isEmpty()) {
        return new TokenVerdict.UnknownKey(Objects.requireNonNullElse(jws.keyId(), ""));
      }
      // An HMAC costs less than handing the token to another thread.
      if (patience == Patience.NONE && !jws.algorithm().symmetric()) {
        return TokenVerdict.Waits.WAITS;
      }
      return signedByOne(jws, candidates, signatures)
          ? verdict
          : new TokenVerdict.Refused(TokenFault.SIGNATURE);
    } catch (MalformedTextException e) {
      return new TokenVerdict.Refused(TokenFault.MALFORMED);
    }
  }

  static boolean signedByOne(
      CompactJws jws, List<VerificationKey> candidates, Signatures signatures) {
    for (VerificationKey key : candidates) {
      if (signatures.verify(jws.algorithm(), key.key(), jws.signingInput(), jws.signature())) {
        return true;
      }
    }
    return false;
  }

  private static boolean accepted(@Nullable String type) {
    return type == null || TYPES.contains(type.toLowerCase(Locale.ROOT));
  }
}
