// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.authentication.AuthenticationResult.Authenticated;
import org.jspecify.annotations.Nullable;

/** What one method says of one credential. */
sealed interface Attempt {

  /** The method holds. */
  record Success(Authenticated result) implements Attempt {}

  /** The credential fails; {@code detail} is for operators. */
  record Failure(String detail) implements Attempt {}

  /** The credential is not for this method at all, but may be for another. */
  record Foreign(String detail) implements Attempt {}

  /**
   * The credential holds, and that whoever sent it is its holder is not proven.
   *
   * @param detail for operators
   * @param nonce that a proof must carry; null: that is not what is wrong
   */
  record Unproven(String detail, @Nullable String nonce) implements Attempt {}

  /** Whether the credential holds cannot be found out now. */
  record Unavailable(String cause) implements Attempt {}

  /** Finding out takes longer than the thread may be kept. */
  enum Waits implements Attempt {
    WAITS
  }

  /** Finding out takes the answer of somebody else. */
  record Asks(Inquiry inquiry) implements Attempt {}
}
