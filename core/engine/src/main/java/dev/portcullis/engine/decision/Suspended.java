// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.limit.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits: one step needs more of the thread than it may have, or an answer of
 * somebody else. Nothing is decided, so nothing may pass. Used by one thread at a time, and once:
 * either goes on, or is refused or given up.
 */
public non-sealed interface Suspended extends Outcome {

  /** What must be asked before it can go on; null: it needs nothing but time. */
  @Nullable Inquiry inquiry();

  /**
   * Goes on with the step that waits; those before it are not run again. The inquiry has been asked
   * then. Keeps the calling thread for milliseconds, and never throws.
   *
   * @return the decision, or a request that waits for an answer
   */
  Outcome resume();

  /**
   * Refuses the request as unavailable instead of going on; where only a section in shadow mode
   * waits, goes on without what it waited for. May be called while the inquiry is being asked.
   *
   * @param cause for operators; quotes no value of the request
   * @return a decision; nothing waits any longer
   */
  Decision refuse(String cause);

  /**
   * Gives the request up, because nobody waits for it any more: it goes no further, and nothing
   * more is charged. May be called while the inquiry is being asked.
   *
   * @return what was charged so far until the request ends; that is now
   */
  List<Reservation> abandon();
}
