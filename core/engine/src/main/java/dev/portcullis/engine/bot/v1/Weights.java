// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.BotSignal;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One policy's weights, applied to every finding beforehand. */
final class Weights {
  private final Map<Finding, BotSignal> signals = new EnumMap<>(Finding.class);

  /**
   * Applies weights.
   *
   * @param percent by signal; a signal that is absent or 0 is off
   */
  Weights(Map<Signal, Integer> percent) {
    for (Finding finding : Finding.values()) {
      int weight = percent.getOrDefault(finding.signal(), 0);
      int points = Math.min(100, (finding.points() * weight + 50) / 100);
      if (points > 0) {
        signals.put(finding, new BotSignal(finding.signal().key(), points, finding.note()));
      }
    }
  }

  /** What a finding contributes; null: nothing. */
  @Nullable BotSignal signal(Finding finding, String name) {
    BotSignal signal = signals.get(finding);
    return signal == null || name.isEmpty()
        ? signal
        : new BotSignal(signal.name(), signal.points(), signal.note() + ": " + name);
  }
}
