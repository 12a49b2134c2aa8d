// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class BoundedQueueTest {

  @Test
  void keepsOrderAndRefusesWhatDoesNotFit() {
    BoundedQueue<Integer> queue = new BoundedQueue<>(4);
    for (int round = 0; round < 3; round++) {
      assertThat(IntStream.range(0, 4).allMatch(queue::offer)).isTrue();
      assertThat(queue.offer(4)).isFalse();
      assertThat(queue.size()).isEqualTo(4);
      assertThat(List.of(0, 1, 2, 3)).allMatch(wanted -> wanted.equals(queue.poll()));
      assertThat(queue.poll()).isNull();
    }
  }

  /** Each writer's elements arrive once, in its order, and none but the refused are lost. */
  @Test
  @Timeout(30)
  void losesNothingBetweenManyWriters() throws InterruptedException {
    int writers = 4;
    int each = 20_000;
    BoundedQueue<int[]> queue = new BoundedQueue<>(64);
    AtomicInteger accepted = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(writers);
    for (int w = 0; w < writers; w++) {
      int writer = w;
      Thread.ofPlatform()
          .start(() -> {
            for (int i = 0; i < each; i++) {
              if (queue.offer(new int[] {writer, i})) {
                accepted.incrementAndGet();
              } else {
                Thread.onSpinWait();
              }
            }
            done.countDown();
          });
    }
    Map<Integer, Integer> last = new HashMap<>();
    int received = 0;
    while (done.getCount() > 0 || queue.size() > 0) {
      int[] element = queue.poll();
      if (element != null) {
        received++;
        assertThat(element[1]).isGreaterThan(last.getOrDefault(element[0], -1));
        last.put(element[0], element[1]);
      }
    }
    assertThat(received).isEqualTo(accepted.get()).isGreaterThanOrEqualTo(64);
  }
}
