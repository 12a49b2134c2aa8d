// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.RecentCharges.Outcome;
import org.junit.jupiter.api.Test;

final class RecentChargesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 1_795_000_000L * SECOND;
  private static final int SETS = 256;

  private final RecentCharges recent = new RecentCharges();

  @Test
  void tellsWhatBecameOfACharge() {
    recent.remember(new ChargeId(1, 2), true, NOW, 0);
    recent.remember(new ChargeId(3, 4), false, NOW + 1, 0);

    assertThat(recent.find(new ChargeId(1, 2), NOW)).isEqualTo(Outcome.GRANTED);
    assertThat(recent.find(new ChargeId(3, 4), NOW)).isEqualTo(Outcome.REFUSED);
    assertThat(recent.find(new ChargeId(5, 6), NOW)).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void takesHalfAnIdForAnotherCharge() {
    recent.remember(new ChargeId(1, 2), true, NOW, 0);

    assertThat(recent.find(new ChargeId(9, 2), NOW)).isEqualTo(Outcome.UNKNOWN);
    assertThat(recent.find(new ChargeId(1, 2 + SETS), NOW)).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void knowsNothingThatNobodySaid() {
    assertThat(recent.find(new ChargeId(0, 0), NOW)).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void remembersTenSecondsOnWhicheverSideTheClockStepped() {
    ChargeId id = new ChargeId(1, 2);
    recent.remember(id, false, NOW, 0);

    assertThat(recent.find(id, NOW + 10 * SECOND - 1)).isEqualTo(Outcome.REFUSED);
    assertThat(recent.find(id, NOW + 10 * SECOND)).isEqualTo(Outcome.UNKNOWN);
    assertThat(recent.find(id, NOW - 10 * SECOND + 1)).isEqualTo(Outcome.REFUSED);
    assertThat(recent.find(id, NOW - 10 * SECOND)).isEqualTo(Outcome.UNKNOWN);
  }

  /** Ids whose lower halves differ by a multiple of the number of sets share one. */
  @Test
  void forgetsTheOldestOfASetFirst() {
    for (int i = 0; i < 4; i++) {
      recent.remember(new ChargeId(i, (long) SETS * i), true, NOW + i * SECOND, 0);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(recent.find(new ChargeId(i, (long) SETS * i), NOW + 4 * SECOND))
          .isEqualTo(Outcome.GRANTED);
    }

    recent.remember(new ChargeId(4, SETS * 4), true, NOW + 4 * SECOND, 0);

    assertThat(recent.find(new ChargeId(0, 0), NOW + 4 * SECOND)).isEqualTo(Outcome.UNKNOWN);
    for (int i = 1; i < 5; i++) {
      assertThat(recent.find(new ChargeId(i, (long) SETS * i), NOW + 4 * SECOND))
          .isEqualTo(Outcome.GRANTED);
    }
  }

  @Test
  void forgetsWhatAClockThatWasAheadRemembered() {
    recent.remember(new ChargeId(0, 0), true, NOW + SECOND, 0);
    recent.remember(new ChargeId(1, SETS), true, NOW + 9 * SECOND, 0);
    recent.remember(new ChargeId(2, SETS * 2), true, NOW + 2 * SECOND, 0);
    recent.remember(new ChargeId(3, SETS * 3), true, NOW + 3 * SECOND, 0);

    recent.remember(new ChargeId(4, SETS * 4), true, NOW, 0);

    assertThat(recent.find(new ChargeId(1, SETS), NOW)).isEqualTo(Outcome.UNKNOWN);
    assertThat(recent.find(new ChargeId(0, 0), NOW)).isEqualTo(Outcome.GRANTED);
  }

  /** It comes with the time at which it was received, and what was charged since is newer. */
  @Test
  void forgetsTheOldestForARequestThatWaited() {
    for (int i = 0; i < 4; i++) {
      recent.remember(new ChargeId(i, (long) SETS * i), true, NOW + i * SECOND, 0);
    }
    recent.remember(new ChargeId(4, SETS * 4), true, NOW - SECOND, 0);

    assertThat(recent.find(new ChargeId(0, 0), NOW)).isEqualTo(Outcome.UNKNOWN);
    assertThat(recent.find(new ChargeId(3, SETS * 3), NOW)).isEqualTo(Outcome.GRANTED);
  }

  @Test
  void setsDoNotDisturbEachOther() {
    for (int i = 0; i < SETS; i++) {
      recent.remember(new ChargeId(7, i), i % 2 == 0, NOW, 0);
    }

    for (int i = 0; i < SETS; i++) {
      assertThat(recent.find(new ChargeId(7, i), NOW))
          .isEqualTo(i % 2 == 0 ? Outcome.GRANTED : Outcome.REFUSED);
    }
  }

  @Test
  void tellsHowLongARequestIsStillHeld() {
    RecentCharges recent = new RecentCharges();
    recent.remember(new ChargeId(1, 2), true, NOW, 3 * SECOND);

    assertThat(recent.delay(new ChargeId(1, 2), NOW)).isEqualTo(3 * SECOND);
    assertThat(recent.delay(new ChargeId(1, 2), NOW + SECOND)).isEqualTo(2 * SECOND);
    assertThat(recent.delay(new ChargeId(1, 2), NOW + 4 * SECOND)).isZero();
    assertThat(recent.delay(new ChargeId(1, 3), NOW)).isZero();
  }
}
