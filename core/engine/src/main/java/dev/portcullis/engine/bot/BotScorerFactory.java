// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.BotSpec;

/** Compiles the bot section of a route; the seam between the pipeline and the signals. */
@FunctionalInterface
public interface BotScorerFactory {

  /**
   * Compiles the signals.
   *
   * @throws UnloadablePlanException when the profile or a signal is not known
   */
  BotScorer create(BotSpec spec) throws UnloadablePlanException;
}
