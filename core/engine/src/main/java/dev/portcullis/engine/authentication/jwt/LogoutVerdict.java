// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import org.jspecify.annotations.Nullable;

/** What became of a logout token. */
public sealed interface LogoutVerdict {

  /**
   * Every rule holds.
   *
   * @param id {@code jti}
   * @param session {@code sid}, null when absent; then there is a subject
   * @param subject {@code sub}, null when absent; then there is a session
   * @param issuedAt seconds since 1970
   * @param until seconds since 1970; the first second in which the token is no longer accepted
   */
  record Believed(
      String id, @Nullable String session, @Nullable String subject, long issuedAt, long until)
      implements LogoutVerdict {

    /** Shows neither subject nor session: they may be personal. */
    @Override
    public String toString() {
      return "Believed[" + issuedAt + "]";
    }
  }

  /**
   * A rule does not hold.
   *
   * @param why for the issuer's people; says nothing of the token's content
   */
  record Refused(String why) implements LogoutVerdict {}

  /**
   * Every rule but the signature holds, and no key fits.
   *
   * @param name of the key; empty: the token names none
   */
  record UnknownKey(String name) implements LogoutVerdict {}
}
