// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.authentication.Identity;

/** What became of a proof. */
public sealed interface ProofVerdict {

  /**
   * Whoever sent the request holds the token's key.
   *
   * @param validUntil seconds since 1970; the first second in which he no longer does; {@link
   *     Identity#NO_END} when the proof does not say
   */
  record Holds(long validUntil) implements ProofVerdict {
    /** As long as the token does. */
    public static final Holds HOLDS = new Holds(Identity.NO_END);
  }

  /** One rule does not hold. */
  record Refused(ProofFault fault) implements ProofVerdict {}

  /** The proof carries no nonce that is good now; the client may try again with this one. */
  record NonceWanted(String nonce) implements ProofVerdict {
    /** For people. */
    public static final String DESCRIPTION = "the proof carries no nonce that is good now";
  }

  /** Whether the proof was used before cannot be found out. */
  record Unavailable(String cause) implements ProofVerdict {}

  /** All but that it was not used elsewhere holds, which others must be asked about. */
  record Asks(Inquiry inquiry) implements ProofVerdict {}

  /** All but the signature holds, and verifying it takes longer than the thread may be kept. */
  enum Waits implements ProofVerdict {
    WAITS
  }
}
