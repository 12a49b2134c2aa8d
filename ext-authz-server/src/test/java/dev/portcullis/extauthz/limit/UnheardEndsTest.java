// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.Reservation;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class UnheardEndsTest {
  private final AtomicLong now = new AtomicLong();
  private final UnheardEnds unheard = new UnheardEnds(now::get);

  private UnheardEnds.End add(String key) {
    UnheardEnds.End end = unheard.end(List.of(key), true);
    unheard.add(end);
    return end;
  }

  private List<UnheardEnds.End> all() {
    return Stream.generate(unheard::poll).takeWhile(Objects::nonNull).toList();
  }

  @Test
  void areTakenOnceAndTheOldestFirst() {
    UnheardEnds.End first = add("a");
    UnheardEnds.End second = add("b");
    UnheardEnds.End third = add("c");

    assertThat(all()).containsExactly(first, second, third);
    assertThat(unheard.poll()).isNull();
  }

  @Test
  void areForgottenWhenTheLeaseIsOver() {
    UnheardEnds.End first = add("a");
    now.addAndGet(Reservation.LEASE.toNanos() - 1);
    UnheardEnds.End second = add("b");
    assertThat(unheard.poll()).isEqualTo(first);
    // It was not heard again, which does not make it younger.
    unheard.add(first);
    now.addAndGet(1);

    assertThat(all()).containsExactly(second);
  }

  @Test
  void thoseForWhomItIsTooLateMakeRoom() {
    for (int i = 0; i < UnheardEnds.MOST; i++) {
      add("a" + i);
    }
    now.addAndGet(Reservation.LEASE.toNanos());
    UnheardEnds.End fresh = add("b");

    assertThat(all()).containsExactly(fresh);
  }

  @Test
  void areNoMoreThanAreTold() {
    for (int i = 0; i < UnheardEnds.MOST + 10; i++) {
      add("a" + i);
    }
    assertThat(all()).hasSize(UnheardEnds.MOST);
  }
}
