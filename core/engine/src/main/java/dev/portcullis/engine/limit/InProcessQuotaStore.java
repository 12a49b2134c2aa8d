// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.limit.CounterTable.Counter;
import dev.portcullis.engine.port.QuotaStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The counters of this process: exact, all-or-nothing, bounded.
 *
 * <p>A charge holds the locks of all its counters, taken in the order of their stripes, for a few
 * dozen nanoseconds.
 */
public final class InProcessQuotaStore implements QuotaStore {
  /** Counters kept at most, where there is room. */
  public static final int DEFAULT_CAPACITY = 1_000_000;

  /** A counter with the longest key that is not replaced by its hash; one of an address has 160. */
  private static final int MOST_BYTES = 300;

  /** Of the heap. Strangers choose keys, and may fill this. */
  private static final int PART = 4;

  /** Charges at most that wait for the ends of their requests; about 300 bytes each. */
  private static final int MAX_RESERVATIONS = 100_000;

  /** So that no request pays for all of them. */
  private static final int MAX_OVERDUE = 64;

  private final CounterTable table;
  private final Reservations reservations = new Reservations(Reservation.LEASE);

  /** Of those whose end nobody may hear of. */
  private final Reservations shortReservations = new Reservations(Concurrency.SHARE);

  private final int maxReservations;
  private final LongAdder abandoned = new LongAdder();
  private final LongAdder crowdedOut = new LongAdder();

  /** A store of at most {@code capacity} counters, and one more per limit for keys beyond that. */
  public InProcessQuotaStore(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity below 1: " + capacity);
    }
    this.table = new CounterTable(capacity);
    this.maxReservations = Math.min(capacity, MAX_RESERVATIONS);
  }

  /**
   * As many counters as fit into a quarter of the heap, {@link #DEFAULT_CAPACITY} at most.
   *
   * @param heapBytes that the process may have
   */
  public static int capacityIn(long heapBytes) {
    return Math.clamp(heapBytes / PART / MOST_BYTES, 1_000, DEFAULT_CAPACITY);
  }

  /** Counters that are held now, for metrics. */
  public long size() {
    return table.size();
  }

  /** Charges that wait for the ends of their requests, for metrics. */
  public long reservations() {
    return (long) reservations.size() + shortReservations.size();
  }

  /** Charges for which there was no room to wait for the ends of their requests. */
  public long crowdedOut() {
    return crowdedOut.sum();
  }

  /** Charges whose requests were not heard of until their leases ended. */
  public long abandoned() {
    return abandoned.sum();
  }

  @Override
  public List<QuotaState> charge(ChargeId id, List<QuotaLine> lines, long now) {
    endOverdue(lines, now);
    while (true) {
      Counter[] counters = new Counter[lines.size()];
      for (int i = 0; i < counters.length; i++) {
        counters[i] = table.find(lines.get(i), now);
      }
      int[] stripes = lockAll(counters);
      Charged charged = null;
      try {
        if (noneRemoved(counters)) {
          // The same lines have the same lowest stripe, whose lock guards what it remembers.
          charged = chargeLocked(id, lines, counters, table.recent(stripes[0]), now);
        }
      } finally {
        unlockAll(stripes);
      }
      if (charged != null) {
        charged.replaced.forEach(before -> giveBack(before, false, now));
        return charged.states;
      }
    }
  }

  /**
   * A charge that was made, or not.
   *
   * @param replaced what was held under its name before. It is given back when no lock is held: its
   *     counters may be others, and their locks come in no order then
   */
  private record Charged(List<QuotaState> states, List<Reservations.Held> replaced) {}

  private Charged chargeLocked(
      ChargeId id, List<QuotaLine> lines, Counter[] counters, RecentCharges recent, long now) {
    List<Reservations.Held> replaced = List.of();
    RecentCharges.Outcome before = recent.find(id, now);
    QuotaState[] states = new QuotaState[counters.length];
    boolean granted = true;
    for (int i = 0; i < counters.length; i++) {
      lines.get(i).meter().heal(counters[i].state, now);
      states[i] = lines.get(i).meter().peek(counters[i].state, lines.get(i).cost(), now);
      granted &= states[i].granted();
    }
    switch (before) {
      case GRANTED -> grantAgain(states, recent.delay(id, now));
      case REFUSED -> refuseAgain(states, granted);
      case UNKNOWN -> {
        long delay = 0;
        granted = granted && hasRoom(lines, states);
        if (granted) {
          for (int i = 0; i < counters.length; i++) {
            states[i] = lines.get(i).meter().charge(counters[i].state, lines.get(i).cost(), now);
            delay = Math.max(delay, states[i].delay());
          }
          replaced = reserve(id, lines, counters, now);
        }
        recent.remember(id, granted, now, delay);
      }
    }
    return new Charged(List.of(states), replaced);
  }

  /** Without room for its end, nothing may begin that is counted until then. */
  private boolean hasRoom(List<QuotaLine> lines, QuotaState[] states) {
    boolean room = true;
    for (int i = 0; i < states.length; i++) {
      if (lines.get(i).givenBack() == GivenBack.AT_THE_END && reservations() >= maxReservations) {
        states[i] = states[i].stillRefused();
        room = false;
      }
    }
    if (!room) {
      crowdedOut.increment();
    }
    return room;
  }

  /** Whoever only gets something back after a success gives way to who must end. */
  private boolean hasRoomToGiveBack() {
    return reservations() < maxReservations / 2;
  }

  /** What was held under the same name before. */
  private List<Reservations.Held> reserve(
      ChargeId id, List<QuotaLine> lines, Counter[] counters, long now) {
    List<Reservations.Line> held = null;
    List<Reservations.Line> shares = null;
    boolean untilTheEnd = false;
    for (int i = 0; i < counters.length; i++) {
      QuotaLine line = lines.get(i);
      if (!line.isReserved()) {
        continue;
      }
      Reservations.Line charged =
          new Reservations.Line(
              counters[i], line.meter(), line.cost(), line.givenBack(), counters[i].state.moment);
      if (line.meter() instanceof Concurrency slots && slots.isShare()) {
        shares = shares == null ? new ArrayList<>(1) : shares;
        shares.add(charged);
      } else {
        held = held == null ? new ArrayList<>(counters.length) : held;
        held.add(charged);
        untilTheEnd |= line.givenBack() == GivenBack.AT_THE_END;
      }
    }
    Reservations.Held before = null;
    Reservations.Held sharesBefore = null;
    // What must end is added in any case, now that it is charged: else it would never end.
    if (held != null) {
      if (untilTheEnd || hasRoomToGiveBack()) {
        before = reservations.add(id, held, now);
      } else {
        crowdedOut.increment();
      }
    }
    if (shares != null) {
      sharesBefore = shortReservations.add(id, shares, now);
    }
    return before == null && sharesBefore == null
        ? List.of()
        : Stream.of(before, sharesBefore).flatMap(Stream::ofNullable).toList();
  }

  @Override
  public boolean settle(ChargeId id, boolean successful, long now) {
    boolean known = false;
    for (Reservations each : List.of(reservations, shortReservations)) {
      Reservations.Held ended = each.end(id);
      if (ended != null) {
        giveBack(ended, successful, now);
        known = true;
      }
    }
    return known;
  }

  @Override
  public void renew(ChargeId id, long now) {
    reservations.renew(id, now);
  }

  private void giveBack(Reservations.Held ended, boolean successful, long now) {
    for (Reservations.Line line : ended.lines()) {
      if (successful || line.givenBack() == GivenBack.AT_THE_END) {
        Counter counter = line.counter();
        ReentrantLock lock = table.lock(CounterTable.stripe(counter.key));
        lock.lock();
        try {
          line.meter().giveBack(counter.state, line.cost(), line.moment(), now);
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** Gives up requests of which nobody has heard for too long, a few at a time. */
  private void endOverdue(List<QuotaLine> lines, long now) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isReserved()) {
        endOverdue(reservations, now);
        endOverdue(shortReservations, now);
        return;
      }
    }
  }

  private void endOverdue(Reservations some, long now) {
    for (int ended = 0; ended < MAX_OVERDUE; ended++) {
      Reservations.Held overdue = some.endOverdue(now);
      if (overdue == null) {
        return;
      }
      abandoned.increment();
      giveBack(overdue, false, now);
    }
  }

  /**
   * The charge was made before; what it left is what there is, and it is held as long as it was to
   * be. Which limit was the one to hold it is not remembered: it is the one that holds most now.
   */
  private static void grantAgain(QuotaState[] states, long delay) {
    int holding = 0;
    for (int i = 1; i < states.length; i++) {
      if (states[i].delay() > states[holding].delay()) {
        holding = i;
      }
    }
    for (int i = 0; i < states.length; i++) {
      states[i] = states[i].made(i == holding ? delay : 0);
    }
  }

  /** The charge was refused before; it stays so, also when there is room again by now. */
  private static void refuseAgain(QuotaState[] states, boolean granted) {
    if (granted) {
      states[0] = states[0].stillRefused();
    }
  }

  @Override
  public List<QuotaState> peek(List<QuotaLine> lines, long now) {
    endOverdue(lines, now);
    QuotaState[] states = new QuotaState[lines.size()];
    for (int i = 0; i < states.length; i++) {
      states[i] = peek(lines.get(i), now);
    }
    return List.of(states);
  }

  private QuotaState peek(QuotaLine line, long now) {
    Counter counter = table.lookUp(line);
    if (counter == null) {
      return line.meter().peek(new CounterState(), line.cost(), now);
    }
    ReentrantLock lock = table.lock(CounterTable.stripe(counter.key));
    lock.lock();
    try {
      line.meter().heal(counter.state, now);
      return line.meter().peek(counter.state, line.cost(), now);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets what the key of a line was charged. A counter that it shares with others, for want of
   * room, stays as it is.
   */
  public void reset(QuotaLine line) {
    change(
        line,
        state -> {
          state.moment = 0;
          state.used = 0;
        });
  }

  /** Takes back what the key of a line was charged, as far as anything was. */
  public void giveBack(QuotaLine line, long units, long now) {
    change(
        line,
        state -> {
          line.meter().heal(state, now);
          line.meter().giveBack(state, units, state.moment, now);
        });
  }

  private void change(QuotaLine line, Consumer<CounterState> change) {
    Counter counter = table.own(line.key());
    if (counter == null) {
      return;
    }
    ReentrantLock lock = table.lock(CounterTable.stripe(counter.key));
    lock.lock();
    try {
      change.accept(counter.state);
    } finally {
      lock.unlock();
    }
  }

  private static boolean noneRemoved(Counter[] counters) {
    for (Counter counter : counters) {
      if (counter.removed) {
        return false;
      }
    }
    return true;
  }

  private int[] lockAll(Counter[] counters) {
    int[] stripes = new int[counters.length];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = CounterTable.stripe(counters[i].key);
    }
    if (stripes.length > 1) {
      Arrays.sort(stripes);
    }
    for (int stripe : stripes) {
      table.lock(stripe).lock(); // Reentrant, so equal stripes do no harm.
    }
    return stripes;
  }

  private void unlockAll(int[] stripes) {
    for (int stripe : stripes) {
      table.lock(stripe).unlock();
    }
  }
}
