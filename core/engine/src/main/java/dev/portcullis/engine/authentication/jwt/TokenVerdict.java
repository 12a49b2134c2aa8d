// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

/** What became of a token. */
public sealed interface TokenVerdict permits VerifiedToken, TokenVerdict.Refused {

  /** One rule does not hold. */
  record Refused(TokenFault fault) implements TokenVerdict {}
}
