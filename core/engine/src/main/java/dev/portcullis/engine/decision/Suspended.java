// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

/**
 * A request that waits: one step needs more of the thread than it may have. Nothing is decided, so
 * nothing may pass. Used by one thread at a time, and once: either goes on or is refused.
 */
public non-sealed interface Suspended extends Outcome {

  /**
   * Goes on with the step that waits; those before it are not run again. Keeps the calling thread
   * for milliseconds, and never throws.
   */
  Decision resume();

  /**
   * Refuses the request as unavailable instead of going on.
   *
   * @param cause for operators; quotes no value of the request
   */
  Decision refuse(String cause);
}
