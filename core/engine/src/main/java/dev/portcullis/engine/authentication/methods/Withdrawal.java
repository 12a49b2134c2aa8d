// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.port.Revocations;
import java.time.Instant;

/**
 * Whether a token that a method believes was taken back.
 *
 * @param namespace of the policy that the methods are of
 */
record Withdrawal(Revocations revocations, String namespace) {
  /** For operators. */
  static final String DETAIL = "the token was revoked";

  boolean concerns(Identity identity, Instant now) {
    return identity.issuer() != null && revocations.revokesToken(namespace, identity, now);
  }
}
