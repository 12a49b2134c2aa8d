// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The counters that all replicas of the decision service share, in a store that must be asked.
 * Thread-safe.
 */
public interface SharedQuotas {

  /** There is no store: each replica stands alone, and counts what should be shared as its own. */
  SharedQuotas NONE = new NoSharedQuotas();

  /**
   * What is to be counted, all of it or nothing.
   *
   * @param id the same one within a few seconds gets the first answer again and charges nothing
   * @param peeked lines that must be granted too, and are not charged
   * @param charged not empty
   * @param leased whether it may be charged to what the store has leased before
   * @param dependent whether it is made only if the first one of its question is
   */
  record Charge(
      ChargeId id,
      List<QuotaLine> peeked,
      List<QuotaLine> charged,
      boolean leased,
      boolean dependent) {

    /** One that depends on no other. */
    public Charge(ChargeId id, List<QuotaLine> peeked, List<QuotaLine> charged, boolean leased) {
      this(id, peeked, charged, leased, false);
    }

    public Charge {
      peeked = List.copyOf(peeked);
      charged = List.copyOf(charged);
      if (charged.isEmpty()) {
        throw new IllegalArgumentException("nothing to charge");
      }
    }

    /** Whether some of it waits for the end of the request. */
    public boolean isReserved() {
      for (QuotaLine line : charged) {
        if (line.isReserved()) {
          return true;
        }
      }
      return false;
    }

    /** The policies whose limits these are, as {@code namespace/name}. */
    public List<String> policies() {
      return Stream.concat(peeked.stream(), charged.stream())
          .map(line -> line.key().policy())
          .distinct()
          .toList();
    }
  }

  /**
   * How the lines of one charge stand; it was made when all of them are granted. Without any, where
   * that of limits in shadow mode could not be found out and that of others could, and where it
   * depends on one that was not made. Without any that were peeked, where nobody had to be asked.
   *
   * @param peeked one state per line that was peeked, in their order
   * @param charged one state per line that was to be charged, in their order
   */
  record Standing(List<QuotaState> peeked, List<QuotaState> charged) {
    public Standing {
      peeked = List.copyOf(peeked);
      charged = List.copyOf(charged);
    }
  }

  /** What is said of charges. */
  sealed interface Answer {
    /**
     * They were counted.
     *
     * @param standings one per charge, in their order
     */
    record Counted(List<Standing> standings) implements Answer {
      public Counted {
        standings = List.copyOf(standings);
      }
    }

    /**
     * That cannot be found out now. They may have been counted nevertheless.
     *
     * @param cause for operators
     */
    record Unavailable(String cause) implements Answer {}
  }

  /** Why it makes no sense to ask now, for operators; null: it does. Does no I/O. */
  @Nullable String absence();

  /** Whether one question reaches all counters, so that it saves another to ask with it. */
  boolean countsTogether();

  /**
   * How a line stands that is known not to be granted, because the store said so a moment ago;
   * null: it must be asked. Does no I/O.
   */
  @Nullable QuotaState knownRefusal(QuotaLine line);

  /**
   * Charges what the store has leased before: all of it, or nothing. Peeks nothing. Does no I/O.
   *
   * @return null: not all of it was leased, so the store must be asked
   */
  Answer.@Nullable Counted spend(List<Charge> charges);

  /**
   * Asks, and waits for the answer; briefly. Never throws.
   *
   * @param now nanoseconds since 1970, of this replica's clock; only for the calendar
   */
  Answer charge(List<Charge> charges, long now);

  /** Takes back a charge that was made a moment ago. Waits for nobody; may fail. */
  void refund(Charge charge, long now);

  /**
   * The request of a charge has ended: what it holds of limits on what is at once is free again,
   * and what is to be given back after a success is given back after one. Waits for nobody; may
   * fail.
   *
   * @param now nanoseconds since 1970, of this replica's clock
   */
  void settle(Reservation charge, boolean successful, long now);

  /**
   * The request of a charge goes on: it is not to be given up as lost. Waits for nobody; may fail.
   *
   * @param now nanoseconds since 1970, of this replica's clock
   */
  void renew(Reservation charge, long now);

  /** A check goes on whose limits were not counted together. Does no I/O. */
  void uncounted();

  /** How many replicas count, when they were last counted; at least 1. */
  int replicas();
}
