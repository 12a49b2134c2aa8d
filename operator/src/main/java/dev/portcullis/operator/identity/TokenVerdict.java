// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

/** What became of a token. */
public sealed interface TokenVerdict {

  /** It is good. */
  record Authenticated(Identity identity) implements TokenVerdict {}

  /** It is not; the reason may be told to its bearer. */
  record Refused(String reason) implements TokenVerdict {}

  /** Nobody can say now. */
  record Unavailable(String reason) implements TokenVerdict {}
}
