// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.request.Hop;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/*
 * Entries of six longs in open addressing, so that the garbage collector sees a few arrays and not
 * half a million objects: the two halves of the proof's id, who asked, holds the key and wants the proof, the two
 * halves of the question's id, and when the entry may go. A time of 0 is a free place. The entries of one proof
 * begin to be looked for at the same place, whoever asked.
 *
 * Nothing is forgotten before its time. When a stripe is full, what has had its time goes; when that
 * makes no room, the proof is refused. Times of entries come from the proofs, and "now" from a clock
 * that may be set back: what was dropped by a later clock could be shown again then. So each stripe
 * keeps the latest time by which it has dropped something, and does not answer for proofs that end
 * before it.
 *
 * Senders choose in which stripe a proof falls, by its jti. So that one of them cannot take the room
 * of all, a holder of whom a stripe keeps an eighth already gets no more of it while less than half
 * is free. Holders are told apart by ten bits of their thumbprints: somebody else who shares them
 * with a greedy one is refused as well.
 *
 * Who writes policies may have an issuer of his own, and so as many holders as he likes. So a
 * tenant, which is the namespace of the policy, gets no more of a stripe than is left for all
 * others: one alone half of it, two a third each. Tenants are told apart by ten bits, too.
 */
/**
 * The proofs that were used, for as long as they could be used again. Each is good for one request
 * (RFC 9449 section 11.1).
 *
 * <p>One request may be asked about more than once. Envoy repeats a question whose answer did not
 * arrive: it carries the same id, so the answer is the same. And the sidecar asks about what a
 * gateway has asked about before: so a proof is good once for gateways and once more for sidecars
 * whose peer proved to be one. A proof that was seen without a gateway is good for nobody else, and
 * the other way round.
 *
 * <p>Bounded, and safe for all threads. Proofs that other processes saw are not known here: where
 * they share what they see, they are asked about first ({@link HolderProofs#others}).
 */
public final class ReplayWindow {
  /** Proofs kept at most; 64 bytes each. */
  public static final int DEFAULT_CAPACITY = 1 << 19;

  private static final int STRIPES = 64;

  /** What is known of a proof. */
  public enum Sighting {
    /** It is new, or the same question asked again. */
    FIRST,
    /** It was used for another request. */
    REPLAYED,
    /** There is no room to remember it, or it may have been forgotten. */
    UNKNOWABLE
  }

  private static final Set<Hop> FOR_CLIENTS = Set.of(Hop.AT_GATEWAY, Hop.BEHIND_GATEWAY);
  private static final Set<Hop> FOR_GATEWAYS = Set.of(Hop.DIRECT, Hop.BEHIND_GATEWAY);
  private static final Set<Hop> BEHIND_GATEWAYS = Set.of(Hop.DIRECT);

  private final Stripe[] stripes = new Stripe[STRIPES];

  /** An empty window for at least {@code capacity} proofs, if they spread evenly. */
  public ReplayWindow(int capacity) {
    if (capacity < STRIPES) {
      throw new IllegalArgumentException("capacity below " + STRIPES + ": " + capacity);
    }
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe(capacity / STRIPES);
    }
  }

  /**
   * Notes that a proof is used.
   *
   * @param question names the check in which it is
   * @param asker what stands between the client and the Envoy that asks
   * @param until the first second in which no method accepts the proof, since 1970
   * @param now seconds since 1970
   */
  public Sighting see(ProofId proof, ChargeId question, Hop asker, long until, long now) {
    return stripes[(int) (proof.high() & (STRIPES - 1))].see(proof, question, asker, until, now);
  }

  /** Who uses up a proof for whom. */
  static Set<Hop> excluded(Hop asker) {
    return switch (asker) {
      case DIRECT -> FOR_CLIENTS;
      case AT_GATEWAY -> FOR_GATEWAYS;
      // The gateway has most likely asked before.
      case BEHIND_GATEWAY -> BEHIND_GATEWAYS;
    };
  }

  /** How many proofs are kept, some of which may have had their time. */
  public long size() {
    long size = 0;
    for (Stripe stripe : stripes) {
      size += stripe.size();
    }
    return size;
  }

  private static final class Stripe {
    private static final int FIELDS = 6;
    private static final int ASKER = 2;
    private static final int ASKER_BITS = 2;
    private static final long ASKERS = (1 << ASKER_BITS) - 1;
    private static final int QUESTION = 3;
    private static final int UNTIL = 5;
    private static final int FIRST_PLACES = 16;
    private static final int ABSENT = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final int most;
    private long[] entries = new long[FIRST_PLACES * FIELDS];
    private int size;
    private final int[] held = new int[ProofId.HOLDERS];
    private final int[] heldForTenants = new int[ProofId.TENANTS];
    private long droppedUntil = Long.MIN_VALUE;
    private long earliest = Long.MAX_VALUE;

    Stripe(int most) {
      this.most = most;
    }

    int size() {
      lock.lock();
      try {
        return size;
      } finally {
        lock.unlock();
      }
    }

    Sighting see(ProofId proof, ChargeId question, Hop asker, long until, long now) {
      lock.lock();
      try {
        if (until <= droppedUntil) {
          return Sighting.UNKNOWABLE;
        }
        int own = find(proof, asker);
        if (own != ABSENT) {
          return entries[own + QUESTION] == question.high()
                  && entries[own + QUESTION + 1] == question.low()
              ? Sighting.FIRST
              : Sighting.REPLAYED;
        }
        if (usedElsewhere(proof, asker)) {
          return Sighting.REPLAYED;
        }
        if (!hasShare(proof, now) || !makeRoom(now)) {
          return Sighting.UNKNOWABLE;
        }
        put(proof.high(), proof.low(), mark(proof, asker), question.high(), question.low(), until);
        return Sighting.FIRST;
      } finally {
        lock.unlock();
      }
    }

    private boolean usedElsewhere(ProofId proof, Hop asker) {
      for (Hop other : excluded(asker)) {
        if (find(proof, other) != ABSENT) {
          return true;
        }
      }
      return false;
    }

    private int find(ProofId proof, Hop asker) {
      // Not for whom: else a proof would be good once for each tenant.
      int number = number(asker);
      for (int i = place(proof.low()); entries[i + UNTIL] != 0; i = next(i)) {
        if (entries[i] == proof.high()
            && entries[i + 1] == proof.low()
            && (entries[i + ASKER] & ASKERS) == number) {
          return i;
        }
      }
      return ABSENT;
    }

    private static long mark(ProofId proof, Hop asker) {
      return ((long) proof.tenant() * ProofId.HOLDERS + proof.holder()) << ASKER_BITS
          | number(asker);
    }

    private static int number(Hop asker) {
      return switch (asker) {
        case DIRECT -> 1;
        case AT_GATEWAY -> 2;
        case BEHIND_GATEWAY -> 3;
      };
    }

    private static int holder(long mark) {
      return (int) ((mark >>> ASKER_BITS) % ProofId.HOLDERS);
    }

    private static int tenant(long mark) {
      return (int) ((mark >>> ASKER_BITS) / ProofId.HOLDERS);
    }

    private int place(long low) {
      return (int) Long.remainderUnsigned(low, entries.length / FIELDS) * FIELDS;
    }

    private int next(int place) {
      return place + FIELDS == entries.length ? 0 : place + FIELDS;
    }

    private void put(
        long high, long low, long mark, long questionHigh, long questionLow, long until) {
      int i = place(low);
      while (entries[i + UNTIL] != 0) {
        i = next(i);
      }
      entries[i] = high;
      entries[i + 1] = low;
      entries[i + ASKER] = mark;
      entries[i + QUESTION] = questionHigh;
      entries[i + QUESTION + 1] = questionLow;
      entries[i + UNTIL] = until;
      earliest = Math.min(earliest, until);
      held[holder(mark)]++;
      heldForTenants[tenant(mark)]++;
      size++;
    }

    private boolean hasShare(ProofId proof, long now) {
      if (isWithinShare(proof)) {
        return true;
      }
      if (earliest <= now) {
        rebuild(entries.length / FIELDS, now);
      }
      return isWithinShare(proof);
    }

    private boolean isWithinShare(ProofId proof) {
      return (size < Math.max(1, most / 2) || held[proof.holder()] < most / 8)
          && heldForTenants[proof.tenant()] < most - size;
    }

    /** Keeps a quarter of the places free; says whether one more proof may be kept. */
    private boolean makeRoom(long now) {
      int places = entries.length / FIELDS;
      if (size < most && size + 1 <= places / 4 * 3) {
        return true;
      }
      if (earliest <= now) {
        rebuild(places, now);
      }
      if (size >= most) {
        return false;
      }
      // Half full at most, so that it is not rebuilt again at once.
      while (size + 1 > places / 2) {
        places *= 2;
      }
      if (places != entries.length / FIELDS) {
        rebuild(places, now);
      }
      return true;
    }

    private void rebuild(int places, long now) {
      long[] old = entries;
      entries = new long[places * FIELDS];
      Arrays.fill(held, 0);
      Arrays.fill(heldForTenants, 0);
      size = 0;
      earliest = Long.MAX_VALUE;
      for (int i = 0; i < old.length; i += FIELDS) {
        if (old[i + UNTIL] > now) {
          put(
              old[i],
              old[i + 1],
              old[i + ASKER],
              old[i + QUESTION],
              old[i + QUESTION + 1],
              old[i + UNTIL]);
        } else if (old[i + UNTIL] != 0) {
          droppedUntil = Math.max(droppedUntil, now);
        }
      }
    }
  }
}
