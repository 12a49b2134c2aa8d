// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import java.util.Arrays;

/*
 * A mean over requests would be whatever the client says who sends most of them, and clients know
 * well how to be answered slowly or with an error. So each client has one voice, the share of its
 * own requests that was bad, however many they are; and the worst voice is left out as soon as there
 * is another one. Then one client alone never tells anything about the service, and several need to
 * be more than the tolerated share of all clients that call in a period.
 *
 * Voices are few: clients whose hashes meet share one. That makes a voice weaker, never stronger.
 */
/** How requests fared, by priority and client. Not thread-safe. */
final class Votes {
  static final int BITS = 8;
  static final int CLIENTS = 1 << BITS;

  /** Fewer tell nothing: one slow request must not be a third of all. */
  static final int MIN_REPORTS = 5;

  private final int priorities;
  private final int[] told;
  private final int[] bad;
  private boolean empty = true;

  /** What the voices say together. */
  enum Verdict {
    GOOD,
    BAD,
    TOO_FEW
  }

  Votes(int priorities) {
    this.priorities = priorities;
    this.told = new int[priorities * CLIENTS];
    this.bad = new int[priorities * CLIENTS];
  }

  void add(LoadMark mark, boolean wasBad) {
    int voice = mark.priority() * CLIENTS + mark.client();
    told[voice]++;
    bad[voice] += wasBad ? 1 : 0;
    empty = false;
  }

  void clear() {
    if (!empty) {
      Arrays.fill(told, 0);
      Arrays.fill(bad, 0);
      empty = true;
    }
  }

  /**
   * What those of a priority and of higher ones say.
   *
   * @param tolerated permille that may be bad
   */
  Verdict from(int priority, int tolerated) {
    long reports = 0;
    long sum = 0;
    long worst = 0;
    int voices = 0;
    for (int i = priority * CLIENTS; i < priorities * CLIENTS; i++) {
      if (told[i] > 0) {
        long share = (long) bad[i] * OverloadControl.WHOLE / told[i];
        reports += told[i];
        sum += share;
        worst = Math.max(worst, share);
        voices++;
      }
    }
    if (reports < MIN_REPORTS) {
      return Verdict.TOO_FEW;
    }
    if (voices > 1) {
      sum -= worst;
      voices--;
    }
    return sum > (long) tolerated * voices ? Verdict.BAD : Verdict.GOOD;
  }
}
