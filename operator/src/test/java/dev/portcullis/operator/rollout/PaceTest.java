// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Pace pace = new Pace();

  /** A clock may begin anywhere, below zero too. */
  private long now = -5 * MS;

  @Test
  void beginsALoneChangeWhenItIsQuiet() {
    pace.changed(now);
    assertThat(pace.untilDue(now)).isEqualTo(Pace.QUIET);
    now += Pace.QUIET;
    assertThat(pace.untilDue(now)).isZero();
  }

  @Test
  void waitsForQuietOnlySoLong() {
    long first = now;
    for (; now < first + Pace.LONGEST; now += 10 * MS) {
      pace.changed(now);
      assertThat(pace.untilDue(now)).isPositive();
    }
    pace.changed(now);
    assertThat(pace.untilDue(now)).isNotPositive();
  }

  @Test
  void restsInProportionToWhatAStepTook() {
    work(30 * MS);
    pace.changed(now);
    assertThat(pace.untilDue(now)).isEqualTo(Pace.REST * 30 * MS);
    now += Pace.REST * 30 * MS;
    assertThat(pace.untilDue(now)).isNotPositive();
  }

  @Test
  void neverRestsLongerThanTheBound() {
    work(TimeUnit.MINUTES.toNanos(1));
    pace.changed(now);
    assertThat(pace.untilDue(now)).isEqualTo(Pace.LONGEST_REST);
  }

  @Test
  void restsBrieflyOnlyWhenAccessIsWithdrawn() {
    work(TimeUnit.MINUTES.toNanos(1));
    long ended = now;
    pace.changed(now);
    now += 50 * MS;
    pace.withdrawn(now);
    assertThat(pace.untilDue(now))
        .isEqualTo(ended + Pace.LONGEST_REST_BEFORE_WITHDRAWAL - now)
        .isPositive();
    now = ended + Pace.LONGEST_REST_BEFORE_WITHDRAWAL;
    assertThat(pace.untilDue(now)).isNotPositive();

    pace.begin(now);
    pace.end(now + TimeUnit.MINUTES.toNanos(1));
    now += TimeUnit.MINUTES.toNanos(1);
    pace.changed(now);
    assertThat(pace.untilDue(now)).as("the next change rests again").isEqualTo(Pace.LONGEST_REST);
  }

  @Test
  void aWithdrawalNeverWaitsLongerThanAnyOtherChange() {
    work(10 * MS);
    pace.withdrawn(now);
    assertThat(pace.untilDue(now)).isEqualTo(Pace.REST * 10 * MS);
  }

  @Test
  void beginsALoneChangeAtOnceAfterARest() {
    work(100 * MS);
    now += TimeUnit.SECONDS.toNanos(5);
    pace.changed(now);
    assertThat(pace.untilDue(now)).isEqualTo(Pace.QUIET);
  }

  @Test
  void keepsWhatChangesDuringAStep() {
    pace.changed(now);
    pace.begin(now);
    assertThat(pace.pending()).isFalse();
    pace.changed(now + MS);
    pace.end(now + 2 * MS);
    assertThat(pace.pending()).isTrue();
  }

  @Test
  void doesNotRestAfterAStepWithoutInputs() {
    work(10 * MS);
    long rested = now + Pace.REST * 10 * MS;
    pace.end(rested + MS);
    pace.changed(rested + MS);
    assertThat(pace.untilDue(rested + MS)).isEqualTo(Pace.QUIET);
  }

  private void work(long nanos) {
    pace.changed(now);
    now += Pace.QUIET;
    pace.begin(now);
    now += nanos;
    pace.end(now);
  }
}
