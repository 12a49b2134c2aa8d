// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.policy.plan.AuthMethodSpec;

/** One method of one policy, with what was verified before at hand. Safe for all threads. */
public final class JwtMethod {
  private final TokenVerifier verifier;
  private final TokenCache cache;
  private final byte[] fingerprint;

  /** Prepares a method; cache and signatures may be shared by any number of them. */
  public JwtMethod(AuthMethodSpec.Jwt method, TokenCache cache, Signatures signatures) {
    this.verifier = new TokenVerifier(method, signatures);
    this.cache = cache;
    this.fingerprint = MethodFingerprint.of(method);
  }

  /**
   * Judges a token, from memory if it can.
   *
   * @param token as the client sent it, without a scheme
   * @param keys of the issuer now
   * @param now seconds since 1970
   * @param patience how long the thread may be kept; what is remembered needs none
   */
  public TokenVerdict verify(String token, VerificationKeys keys, long now, Patience patience) {
    if (token.length() > CompactJws.MAX_LENGTH) {
      return new TokenVerdict.Refused(TokenFault.MALFORMED);
    }
    TokenDigest digest = TokenDigest.of(fingerprint, token);
    TokenVerdict known = cache.find(digest, keys, now);
    if (known != null) {
      return known;
    }
    TokenVerdict verdict = verifier.verify(token, keys, now, patience);
    if (verdict instanceof VerifiedToken believed) {
      cache.believe(digest, believed, keys, token.length());
    }
    return verdict;
  }

  /**
   * Remembers that a token is of another issuer. To be called only when another method has believed
   * it, or else forged tokens would fill the cache.
   */
  public void disown(String token) {
    cache.disown(TokenDigest.of(fingerprint, token));
  }
}
