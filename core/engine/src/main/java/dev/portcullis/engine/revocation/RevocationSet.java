// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.revocation;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.port.Revocations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/*
 * Readers take no lock: they look into one concurrent map for each kind, and an empty set costs a
 * field. Writers hold the lock, keep the entries a second time in the order of their end, so that
 * those that ended make room without a walk, and a third time in the order of their last change, so
 * that another replica can ask for what it does not have yet.
 *
 * Issuers are many and not ours, so what they ask for may fill a part of the room only, and one
 * namespace of it never more than is left for all others: two that take what they can leave a third
 * of the part free, three a quarter. Only where an issuer is obeyed is this asked. What another
 * replica or the shared store holds is taken as long as there is any room: else replicas that learn
 * the same in another order would hold something else, and one of them let in what another refuses.
 */
/**
 * What is revoked now: bounded, in memory, safe for all threads. An entry goes when it expires and
 * never before: when the set is full, new ones are refused, because forgetting one would let a
 * revoked credential in again.
 */
public final class RevocationSet implements Revocations {
  /** Entries that take about 25 MB. */
  public static final int DEFAULT_CAPACITY = 50_000;

  /** How far the clock of who withdraws a revocation may be ahead: else nothing is withdrawn. */
  private static final Duration MAX_AHEAD = Duration.ofMinutes(10);

  /** Of the capacity, in percent: what issuers may fill. */
  private static final int ISSUERS_PERCENT = 80;

  private final Map<RevocationKey.Kind, Map<RevocationKey, Entry>> byKind =
      new EnumMap<>(RevocationKey.Kind.class);
  private final TreeSet<Entry> byEnd =
      new TreeSet<>(
          Comparator.comparing((Entry entry) -> entry.revocation.expires())
              .thenComparingLong(Entry::sequence));
  private final TreeMap<Long, Entry> byChange = new TreeMap<>();
  private final Map<String, Integer> issuersByNamespace = new HashMap<>();
  private final int capacity;
  private final int issuersCapacity;
  private volatile boolean empty = true;
  private long sequence;
  private int issuers;
  private long refusals;

  private record Entry(Revocation revocation, long sequence) {}

  /** What became of an addition. */
  public enum Added {
    /** Something is revoked, or withdrawn, that was not before. */
    CHANGED,
    /** The set says so already. */
    KNOWN,
    /** There is no room; nothing has changed. */
    FULL
  }

  /**
   * Changes in their order.
   *
   * @param last number of the last one that is in here; where to go on
   * @param more whether there are others after it
   */
  public record Changes(long last, boolean more, List<Revocation> revocations) {
    public Changes {
      revocations = List.copyOf(revocations);
    }
  }

  /**
   * Makes an empty set.
   *
   * @param capacity most entries, those that were withdrawn included
   */
  public RevocationSet(int capacity) {
    this.capacity = capacity;
    issuersCapacity = (int) ((long) capacity * ISSUERS_PERCENT / 100);
    for (RevocationKey.Kind kind : RevocationKey.Kind.values()) {
      byKind.put(kind, new ConcurrentHashMap<>());
    }
  }

  @Override
  public boolean revokesToken(String namespace, Identity identity, Instant now) {
    String issuer = identity.issuer();
    if (empty || issuer == null || issuer.length() > RevocationKey.MAX_ISSUER) {
      return false;
    }
    // Without a time of issue a token may be as old as any.
    long issuedAt = identity.claims().get("iat") instanceof Long seconds ? seconds : Long.MIN_VALUE;
    String session = text(identity.claims().get("sid"));
    return covers(RevocationKey.Kind.SUBJECT, namespace, issuer, identity.subject(), issuedAt, now)
        || covers(RevocationKey.Kind.SESSION, namespace, issuer, session, issuedAt, now)
        || (session == null
            && covers(
                RevocationKey.Kind.SESSIONLESS,
                namespace,
                issuer,
                identity.subject(),
                issuedAt,
                now))
        || covers(
            RevocationKey.Kind.TOKEN,
            namespace,
            issuer,
            text(identity.claims().get("jti")),
            issuedAt,
            now);
  }

  @Override
  public boolean revokesKey(String namespace, String id, Instant now) {
    return !empty
        && covers(new RevocationKey(RevocationKey.Kind.API_KEY, namespace, "", id), 0, now);
  }

  private boolean covers(
      RevocationKey.Kind kind,
      String namespace,
      String issuer,
      @Nullable String value,
      long issuedAt,
      Instant now) {
    // What is longer cannot have been put here.
    return !of(kind).isEmpty()
        && value != null
        && !value.isEmpty()
        && value.length() <= RevocationKey.MAX_VALUE
        && (covers(new RevocationKey(kind, RevocationKey.EVERYWHERE, issuer, value), issuedAt, now)
            || covers(new RevocationKey(kind, namespace, issuer, value), issuedAt, now));
  }

  private boolean covers(RevocationKey key, long issuedAt, Instant now) {
    Entry entry = of(key.kind()).get(key);
    return entry != null && entry.revocation.covers(issuedAt, now);
  }

  /** Some issuers write numbers. */
  private static @Nullable String text(@Nullable Object claim) {
    return switch (claim) {
      case String text -> text;
      case Long number -> number.toString();
      case null, default -> null;
    };
  }

  private Map<RevocationKey, Entry> of(RevocationKey.Kind kind) {
    Map<RevocationKey, Entry> map = byKind.get(kind);
    if (map == null) {
      throw new IllegalStateException("no map for " + kind);
    }
    return map;
  }

  /** What is known of a key and has not expired; null: nothing. */
  public @Nullable Revocation find(RevocationKey key, Instant now) {
    Entry entry = of(key.kind()).get(key);
    return entry != null && now.isBefore(entry.revocation.expires()) ? entry.revocation : null;
  }

  /**
   * Adds what an issuer asks for, as long as issuers leave room for others and the namespace leaves
   * room for other namespaces.
   */
  public synchronized Added addForIssuer(Revocation revocation, Instant now) {
    expire(now);
    RevocationKey key = revocation.key();
    int left = issuersCapacity - issuers;
    boolean known = of(key.kind()).containsKey(key);
    if (!known && issuersByNamespace.getOrDefault(key.namespace(), 0) >= left) {
      refusals++;
      return Added.FULL;
    }
    return add(revocation, now);
  }

  /** Adds a revocation, or the withdrawal of one, to what is known of its key. */
  public synchronized Added add(Revocation revocation, Instant now) {
    expire(now);
    if (!now.isBefore(revocation.expires())) {
      return Added.KNOWN;
    }
    if (revocation.withdrawn() && revocation.changed() > now.plus(MAX_AHEAD).toEpochMilli()) {
      // It would outlive every revocation until then.
      return Added.KNOWN;
    }
    Map<RevocationKey, Entry> map = of(revocation.key().kind());
    Entry former = map.get(revocation.key());
    if (former == null && byEnd.size() >= capacity) {
      refusals++;
      return Added.FULL;
    }
    Revocation merged = former == null ? revocation : former.revocation.and(revocation);
    if (former != null) {
      if (merged.equals(former.revocation)) {
        return Added.KNOWN;
      }
      byEnd.remove(former);
      byChange.remove(former.sequence);
    }
    if (former == null) {
      count(merged.key(), 1);
    }
    Entry entry = new Entry(merged, ++sequence);
    byEnd.add(entry);
    byChange.put(entry.sequence, entry);
    map.put(merged.key(), entry);
    empty = false;
    return Added.CHANGED;
  }

  private void expire(Instant now) {
    while (!byEnd.isEmpty() && !now.isBefore(byEnd.first().revocation.expires())) {
      Entry gone = byEnd.removeFirst();
      byChange.remove(gone.sequence);
      count(gone.revocation.key(), -1);
      of(gone.revocation.key().kind()).remove(gone.revocation.key());
    }
    empty = byEnd.isEmpty();
  }

  private void count(RevocationKey key, int change) {
    if (key.isIssuers()) {
      issuers += change;
      issuersByNamespace.merge(
          key.namespace(), change, (held, more) -> held + more == 0 ? null : held + more);
    }
  }

  /** What changed after the change with this number, 0 for everything; at most so many. */
  public synchronized Changes after(long number, int most) {
    List<Revocation> changes = new ArrayList<>();
    long last = number;
    for (Entry entry : byChange.tailMap(number, false).values()) {
      if (changes.size() == most) {
        return new Changes(last, true, changes);
      }
      changes.add(entry.revocation);
      last = entry.sequence;
    }
    return new Changes(last, false, changes);
  }

  /** How many entries there are now, those that were withdrawn included. */
  public synchronized int size(Instant now) {
    expire(now);
    return byEnd.size();
  }

  /** Most entries. */
  public int capacity() {
    return capacity;
  }

  /** Additions that found no room. */
  public synchronized long refusals() {
    return refusals;
  }
}
