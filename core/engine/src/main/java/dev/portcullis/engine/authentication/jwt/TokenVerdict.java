// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

/** What became of a token. */
public sealed interface TokenVerdict
    permits VerifiedToken, TokenVerdict.Refused, TokenVerdict.Waits {

  /** One rule does not hold. */
  record Refused(TokenFault fault) implements TokenVerdict {}

  /**
   * Every other rule holds, and verifying the signature takes longer than the thread may be kept.
   */
  enum Waits implements TokenVerdict {
    WAITS
  }
}
