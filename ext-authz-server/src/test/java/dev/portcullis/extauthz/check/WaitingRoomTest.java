// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long checks wait; what becomes of them is for WaitingChecksTest. */
final class WaitingRoomTest {
  private static final Deadline.Ticker STILL =
      new Deadline.Ticker() {
        @Override
        public long nanoTime() {
          return 7;
        }
      };

  @ParameterizedTest
  @CsvSource({"250, 230", "1000, 980", "100, 90", "10, 9", "4000, 3980", "60000, 5000"})
  void isOverBeforeEnvoyStopsToWait(long millis, long patience) {
    Deadline deadline = Deadline.after(millis, TimeUnit.MILLISECONDS, STILL);
    assertThat(Duration.ofNanos(WaitingRoom.patience(deadline))).hasMillis(patience);
  }

  @Test
  void endsWhereEnvoySetsNoTime() {
    assertThat(Duration.ofNanos(WaitingRoom.patience(null))).hasSeconds(5);
  }
}
