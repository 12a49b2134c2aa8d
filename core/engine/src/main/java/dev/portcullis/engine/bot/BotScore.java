// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot;

import java.util.List;

/**
 * How automated a request looks.
 *
 * @param value 0 (human or known good) to 100
 * @param signals every signal that contributed
 */
public record BotScore(int value, List<BotSignal> signals) {

  public BotScore {
    signals = List.copyOf(signals);
    if (value < 0 || value > 100) {
      throw new IllegalArgumentException("bot score outside 0..100: " + value);
    }
  }
}
