// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.engine.limit.Reservation;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/*
 * An end that gets lost holds its place until the lease is over. All that end while the store is away
 * for a moment would do so: the limit would refuse for fifteen seconds after that. An end may be told
 * twice, since it deletes what it gives back and then finds nothing.
 *
 * After a lease there is nothing to give back. So few are kept because questions wait behind them
 * when they are told again; for more, the lease has to do.
 */
/** Ends of requests that the store did not hear of, to be told again. Bounded; thread-safe. */
final class UnheardEnds {
  static final int MOST = 2_000;

  private final Ticker ticker;
  private final Queue<End> ends = new LinkedBlockingQueue<>(MOST);

  /**
   * One that is to be told.
   *
   * @param keys what holds its charges
   * @param since by the ticker
   */
  record End(List<String> keys, boolean successful, long since) {}

  UnheardEnds(Ticker ticker) {
    this.ticker = ticker;
  }

  /** One that comes now. */
  End end(List<String> keys, boolean successful) {
    return new End(keys, successful, ticker.read());
  }

  /** It was not heard. Those for whom it is too late make room. */
  void add(End end) {
    End oldest = ends.peek();
    while (oldest != null && isOver(oldest) && ends.remove(oldest)) {
      oldest = ends.peek();
    }
    var _ = ends.offer(end);
  }

  /** Takes out the oldest that is worth telling; null: there is none. */
  @Nullable End poll() {
    End oldest = ends.poll();
    while (oldest != null && isOver(oldest)) {
      oldest = ends.poll();
    }
    return oldest;
  }

  private boolean isOver(End end) {
    return ticker.read() - end.since() >= Reservation.LEASE.toNanos();
  }
}
