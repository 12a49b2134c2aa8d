// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import dev.portcullis.engine.limit.SplitMix64;
import java.util.Arrays;

/*
 * A mean over requests would be whatever the client says who sends most of them, and clients know
 * well how to be answered slowly or with an error. So each client has one voice, the share of its
 * own requests that was bad, however many they are; and the worst voice is left out as soon as there
 * is another one. Then one client alone never tells anything about the service, and several need to
 * be more than the tolerated share of all voices.
 *
 * Voices are few, so that they cost little: clients that meet in one share it. Which do is a secret
 * of the process, so that nobody can choose names or addresses that never meet.
 *
 * Lower plans must not silence higher ones either. The best plan may do what is dear, and be the
 * only one that is served badly, while many clients of others are well: so too much is what is too
 * much for a class and those above it together, whichever class that is.
 */
/** How requests fared, by priority and client. Not thread-safe. */
final class Votes {
  private static final int BITS = 8;
  private static final int VOICES = 1 << BITS;
  private static final int[] NONE = {};

  /** Fewer tell nothing: one slow request must not be a third of all. */
  private static final int MIN_REPORTS = 5;

  /** With fewer, what is more than tolerated must be a whole voice: two slow ones may be chance. */
  private static final int ENOUGH_REPORTS = 20;

  private final int priorities;
  private final long secret;
  private int[] told = NONE;
  private int[] bad = NONE;
  private boolean empty = true;

  /** What the voices say together. */
  enum Verdict {
    GOOD,
    BAD,
    TOO_FEW
  }

  /**
   * Holds nothing yet.
   *
   * @param secret says which clients share a voice
   */
  Votes(int priorities, long secret) {
    this.priorities = priorities;
    this.secret = secret;
  }

  void add(LoadMark mark, boolean wasBad) {
    if (told.length == 0) {
      told = new int[priorities * VOICES];
      bad = new int[priorities * VOICES];
    }
    int voice =
        mark.priority() * VOICES + (int) (SplitMix64.mix(secret + mark.client()) >>> (64 - BITS));
    told[voice]++;
    bad[voice] += wasBad ? 1 : 0;
    empty = false;
  }

  /** Whether nobody told anything. */
  boolean isEmpty() {
    return empty;
  }

  /** Holds the same as another, of as many priorities and with the same secret. */
  void copy(Votes other) {
    told = other.told.clone();
    bad = other.bad.clone();
    empty = other.empty;
  }

  /** Forgets all; what stays empty holds no memory. */
  void clear() {
    if (empty) {
      told = NONE;
      bad = NONE;
    } else {
      Arrays.fill(told, 0);
      Arrays.fill(bad, 0);
      empty = true;
    }
  }

  /**
   * What those of a priority and of higher ones say: too much is bad if it is for all of them, or
   * for some of the highest.
   *
   * @param tolerated permille that may be bad
   */
  Verdict from(int priority, int tolerated) {
    if (empty) {
      return Verdict.TOO_FEW;
    }
    long reports = 0;
    long sum = 0;
    long worst = 0;
    int voices = 0;
    for (int i = priorities - 1; i >= priority; i--) {
      for (int voice = i * VOICES; voice < (i + 1) * VOICES; voice++) {
        if (told[voice] > 0) {
          long share = (long) bad[voice] * OverloadControl.WHOLE / told[voice];
          reports += told[voice];
          sum += share;
          worst = Math.max(worst, share);
          voices++;
        }
      }
      boolean tooMuch =
          voices > 1
              ? isTooMuch(sum - worst, voices - 1, reports, tolerated)
              // Who calls alone is heard where there is nobody else at all.
              : i == priority && isTooMuch(sum, voices, reports, tolerated);
      if (tooMuch) {
        return Verdict.BAD;
      }
    }
    return reports < MIN_REPORTS ? Verdict.TOO_FEW : Verdict.GOOD;
  }

  private static boolean isTooMuch(long sum, int voices, long reports, int tolerated) {
    long beyond = sum - (long) tolerated * voices;
    return reports >= ENOUGH_REPORTS
        ? beyond > 0
        : reports >= MIN_REPORTS && beyond >= OverloadControl.WHOLE;
  }
}
