// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.authentication.AuthenticationResult.Authenticated;

/** What one method says of one credential. */
sealed interface Attempt {

  /** The method holds. */
  record Success(Authenticated result) implements Attempt {}

  /** The credential fails; {@code detail} is for operators. */
  record Failure(String detail) implements Attempt {}

  /** The credential is not for this method at all, but may be for another. */
  record Foreign(String detail) implements Attempt {}

  /** Whether the credential holds cannot be found out now. */
  record Unavailable(String cause) implements Attempt {}

  /** Finding out takes longer than the thread may be kept. */
  enum Waits implements Attempt {
    WAITS
  }
}
