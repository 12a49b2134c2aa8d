// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

/** What became of a token. */
public sealed interface TokenVerdict
    permits VerifiedToken, TokenVerdict.Refused, TokenVerdict.UnknownKey, TokenVerdict.Waits {

  /** One rule does not hold. */
  record Refused(TokenFault fault) implements TokenVerdict {}

  /**
   * Every rule but the signature holds, and no key fits: the issuer may have a newer one.
   *
   * @param name of the key, at most 256 characters; empty: the token names none
   */
  record UnknownKey(String name) implements TokenVerdict {
    /** For people. */
    public static final String DESCRIPTION = "no key fits the token";
  }

  /**
   * Every other rule holds, and verifying the signature takes longer than the thread may be kept.
   */
  enum Waits implements TokenVerdict {
    WAITS
  }
}
