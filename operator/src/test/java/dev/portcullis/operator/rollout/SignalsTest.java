// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignalsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final AtomicLong now = new AtomicLong();
  private final Signals signals = new Signals(now::get);

  @Test
  void tellsOfInputsOnce() throws InterruptedException {
    signals.inputsChanged();
    signals.inputsChanged();
    now.addAndGet(Pace.QUIET);
    assertThat(signals.await(PATIENCE)).isTrue();
    assertThat(signals.await(Duration.ZERO)).isFalse();
  }

  @Test
  void tellsOfNodesWhileInputsWait() throws InterruptedException {
    signals.inputsChanged();
    signals.nodesChanged();
    assertThat(signals.await(PATIENCE)).isFalse();
    now.addAndGet(Pace.QUIET);
    assertThat(signals.await(PATIENCE)).isTrue();
  }

  @Test
  void hurriesWhenAccessIsWithdrawn() throws InterruptedException {
    signals.inputsChanged();
    now.addAndGet(Pace.QUIET);
    assertThat(signals.await(PATIENCE)).isTrue();
    now.addAndGet(Pace.LONGEST_REST);
    signals.inputsChanged();
    assertThat(signals.await(Duration.ZERO)).isFalse();
    now.addAndGet(Pace.LONGEST_REST_BEFORE_WITHDRAWAL);
    assertThat(signals.await(Duration.ZERO)).isFalse();
    signals.accessWithdrawn();
    assertThat(signals.await(PATIENCE)).isTrue();
  }

  @Test
  void restsAfterALongStep() throws InterruptedException {
    signals.inputsChanged();
    now.addAndGet(Pace.QUIET);
    assertThat(signals.await(PATIENCE)).isTrue();
    now.addAndGet(Pace.LONGEST_REST);
    signals.inputsChanged();
    assertThat(signals.await(Duration.ZERO)).isFalse();
    now.addAndGet(Pace.LONGEST_REST);
    assertThat(signals.await(PATIENCE)).isTrue();
  }
}
