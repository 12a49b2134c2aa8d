// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.AuthenticationResult;

/**
 * A token that one method has believed: every rule holds. Immutable, shared by all requests that
 * bring the token.
 *
 * @param result what the pipeline is told, made once
 * @param validFrom seconds since 1970, the allowed skew already taken off
 * @param validUntil seconds since 1970, the allowed skew already added; the first second in which
 *     the token is no longer accepted
 */
public record VerifiedToken(
    AuthenticationResult.Authenticated result, long validFrom, long validUntil)
    implements TokenVerdict {

  /** Whether the token may be used in this second. */
  public boolean validAt(long epochSecond) {
    return epochSecond >= validFrom && epochSecond < validUntil;
  }

  /** Shows no claims: they may be personal. */
  @Override
  public String toString() {
    return "VerifiedToken[" + validFrom + " until " + validUntil + "]";
  }
}
