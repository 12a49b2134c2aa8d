// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.keys.HolderKeys;
import dev.portcullis.engine.port.SharedProofs;
import org.jspecify.annotations.Nullable;

/**
 * What the proofs of all routes share. Thread-safe.
 *
 * @param window what this process has seen
 * @param others what all decision services have seen; null: they do not tell each other
 */
public record HolderProofs(
    Signatures signatures,
    HolderKeys keys,
    ReplayWindow window,
    @Nullable SharedProofs others,
    Nonces nonces) {

  /** For one process by itself. */
  public static HolderProofs alone(Signatures signatures) {
    return new HolderProofs(
        signatures,
        new HolderKeys(),
        new ReplayWindow(ReplayWindow.DEFAULT_CAPACITY),
        null,
        Nonces.ofThisProcess());
  }
}
