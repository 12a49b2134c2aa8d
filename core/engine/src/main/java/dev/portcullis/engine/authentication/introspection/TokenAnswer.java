// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import dev.portcullis.engine.authentication.AuthenticationResult;

/** What is known of a token from its issuer. */
public sealed interface TokenAnswer {

  /**
   * The token is active, and all that its method demands holds. Immutable, shared by all requests
   * that bring the token.
   *
   * @param result what the pipeline is told, made once
   * @param expires seconds since 1970; the first second in which the token is no longer active
   */
  record Active(AuthenticationResult.Authenticated result, long expires) implements TokenAnswer {

    /** Shows no claims: they may be personal. */
    @Override
    public String toString() {
      return "Active[until " + expires + "]";
    }
  }

  /**
   * The token is not active, or not one for its method.
   *
   * @param why for operators
   */
  record Refused(String why) implements TokenAnswer {}

  /**
   * There is no answer that says it.
   *
   * @param cause for operators
   */
  record Unavailable(String cause) implements TokenAnswer {}
}
