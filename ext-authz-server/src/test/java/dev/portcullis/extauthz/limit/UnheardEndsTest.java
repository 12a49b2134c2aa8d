// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.Reservation;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class UnheardEndsTest {
  private final AtomicLong now = new AtomicLong();
  private final UnheardEnds unheard = new UnheardEnds(now::get);

  private UnheardEnds.End add(String key) {
    UnheardEnds.End end = unheard.end(List.of(key), true);
    unheard.add(end);
    return end;
  }

  @Test
  void areTakenOnceAndTheOldestFirst() {
    UnheardEnds.End first = add("a");
    UnheardEnds.End second = add("b");
    UnheardEnds.End third = add("c");

    assertThat(unheard.take(2)).containsExactly(first, second);
    assertThat(unheard.take(2)).containsExactly(third);
    assertThat(unheard.take(2)).isEmpty();
  }

  @Test
  void areForgottenWhenTheLeaseIsOver() {
    UnheardEnds.End first = add("a");
    now.addAndGet(Reservation.LEASE.toNanos() - 1);
    UnheardEnds.End second = add("b");
    assertThat(unheard.take(1)).containsExactly(first);
    // It was not heard again, which does not make it younger.
    unheard.add(first);
    now.addAndGet(1);

    assertThat(unheard.take(Integer.MAX_VALUE)).containsExactly(second);
    assertThat(unheard.take(Integer.MAX_VALUE)).isEmpty();
  }

  @Test
  void areNoMoreThanAreTold() {
    for (int i = 0; i < UnheardEnds.MOST + 10; i++) {
      add("a" + i);
    }
    assertThat(unheard.take(Integer.MAX_VALUE)).hasSize(UnheardEnds.MOST);
  }
}
