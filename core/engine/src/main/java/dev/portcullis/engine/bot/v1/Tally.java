// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotSignal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds findings up: each takes its share of what the others have left of 100.
 *
 * <pre>
 *   score = 100 · (1 − Π (1 − points · weight / 100))
 * </pre>
 *
 * <p>So a further finding never lowers a score, the order does not matter, and no sum exceeds 100.
 */
final class Tally {
  private static final BotScore NOTHING = new BotScore(0, List.of());

  private final Weights weights;
  private double left = 1;
  private @Nullable List<BotSignal> signals;

  Tally(Weights weights) {
    this.weights = weights;
  }

  void add(Finding finding) {
    add(finding, "");
  }

  /** Adds a finding about a known program; {@code name} may be empty. */
  void add(Finding finding, String name) {
    BotSignal signal = weights.signal(finding, name);
    if (signal == null) {
      return;
    }
    if (signals == null) {
      signals = new ArrayList<>(4);
    }
    signals.add(signal);
    left *= 1 - signal.points() / 100.0;
  }

  BotScore score() {
    return signals == null ? NOTHING : new BotScore((int) Math.round(100 * (1 - left)), signals);
  }
}
