// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.extauthz.log.LogKeys;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes revocations into the set of this replica, and tells the others. Thread-safe. */
final class Registrar {
  private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);

  private final RevocationSet set;
  private final Replicas replicas;
  private final @Nullable StoredRevocations stored;
  private final InstantSource clock;

  /**
   * Makes it.
   *
   * @param stored where they are kept besides; null: nowhere
   */
  Registrar(
      RevocationSet set,
      Replicas replicas,
      @Nullable StoredRevocations stored,
      InstantSource clock) {
    this.set = set;
    this.replicas = replicas;
    this.stored = stored;
    this.clock = clock;
  }

  /**
   * What became of revocations.
   *
   * @param revocation the first of them, as it is held
   * @param told how many others have them too
   * @param stored whether the shared store has them; null: there is none
   */
  record Entry(
      RevocationSet.Added added,
      Revocation revocation,
      Replicas.Told told,
      @Nullable Boolean stored) {}

  /**
   * Takes them here in their order and tells all others; takes less than a second, or four where a
   * shared store does not answer. When there is no room for one, those after it are not taken.
   *
   * @param revocations at least one
   */
  Entry enter(List<Revocation> revocations, String reason) {
    return enter(revocations, reason, set::add);
  }

  /** The same for an issuer, whose share of the room is bounded. */
  Entry enterForIssuer(List<Revocation> revocations, String reason) {
    return enter(revocations, reason, set::addForIssuer);
  }

  private Entry enter(
      List<Revocation> revocations,
      String reason,
      BiFunction<Revocation, Instant, RevocationSet.Added> adding) {
    Instant now = clock.instant();
    RevocationSet.Added all = RevocationSet.Added.KNOWN;
    List<Revocation> held = new ArrayList<>(revocations.size());
    for (Revocation each : revocations) {
      RevocationSet.Added added = adding.apply(each, now);
      if (added == RevocationSet.Added.FULL) {
        LOG.atError()
            .addKeyValue(LogKeys.COUNT, set.capacity())
            .addKeyValue(LogKeys.NAMESPACE, each.key().namespace())
            .log("a revocation is refused, because there is no room for it");
        all = added;
        break;
      }
      if (added == RevocationSet.Added.CHANGED) {
        all = added;
      }
      Revocation state = set.find(each.key(), now);
      held.add(state == null ? each : state);
    }
    Revocation first = held.isEmpty() ? revocations.getFirst() : held.getFirst();
    LOG.atInfo()
        .addKeyValue(LogKeys.TYPE, first.key().kind())
        .addKeyValue(LogKeys.NAME, first.key().issuer())
        .addKeyValue(LogKeys.CAUSE, reason)
        .log(first.withdrawn() ? "a revocation was withdrawn" : "a revocation was asked for");
    // Also when it is known here: some other may not have it.
    if (held.isEmpty()) {
      return new Entry(all, first, Replicas.Told.NOBODY, null);
    }
    Replicas.Told told = replicas.tell(held);
    return new Entry(all, first, told, stored == null ? null : stored.save(held));
  }

  RevocationSet set() {
    return set;
  }

  Instant now() {
    return clock.instant();
  }
}
