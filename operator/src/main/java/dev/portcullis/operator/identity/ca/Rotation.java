// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.operator.identity.ca.CaState.Next;
import dev.portcullis.operator.identity.ca.CaState.Retired;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Why a rotation never breaks a connection: at each moment, whoever verifies must trust the root of
 * whatever may be shown to it. A certificate is shown by those who learned of a step to those who
 * did not yet, and the other way round, so each step changes one thing only:
 *
 *   steady       signs A             trusts A        everybody
 *   introducing  signs A             trusts A, B     those who did not hear yet trust A: all show A
 *   ---- overlap: everybody has heard that B is trusted ----
 *   retiring     signs B             trusts A, B     those who did not hear yet sign A, trust A, B
 *   ---- longest life of a certificate, and what an operator may be behind ----
 *   steady       signs B             trusts B        nothing of A is alive
 */

/**
 * How one authority follows another. Pure: the same state, wishes and time give the same next
 * state.
 *
 * <p>An authority of our own is replaced when somebody asks or when it is old. One that is given is
 * replaced when another is given: at once when its roots are those of the present one, else like
 * one of our own. A new authority waits for its turn until the one before has finished.
 */
public final class Rotation {
  /** What an operator that does not reach the API server may be behind. */
  static final Duration BEHIND = Duration.ofHours(1);

  /** Retired authorities are few; more rotations wait. */
  static final int MAX_RETIRED = 4;

  private final RotationTimes times;
  private final Supplier<Issuer> maker;

  /**
   * What is wished for.
   *
   * @param asked changes when a new root is wanted; empty: no wish
   * @param given the authority that somebody else keeps up to date; null: it is our own
   */
  public record Wishes(String asked, @Nullable Issuer given) {}

  /**
   * @param maker makes authorities of our own
   */
  public Rotation(RotationTimes times, Supplier<Issuer> maker) {
    this.times = times;
    this.maker = maker;
  }

  /** The first state of all. */
  public CaState begin(Wishes wishes) {
    Issuer signer = wishes.given() == null ? maker.get() : wishes.given();
    return new CaState(signer, null, List.of(), wishes.asked());
  }

  /** The state that follows now; the same one when nothing is due. */
  public CaState step(CaState state, Wishes wishes, Instant now) {
    CaState kept = withoutEnded(state, now);
    if (kept.next() != null) {
      return withNext(kept, kept.next(), wishes.given(), now);
    }
    Issuer given = wishes.given();
    if (given != null) {
      return given.is(kept.signer()) ? kept : follow(kept, given, now);
    }
    boolean asked = !wishes.asked().isEmpty() && !wishes.asked().equals(kept.asked());
    if ((asked || isOld(kept.signer(), now)) && kept.retired().size() < MAX_RETIRED) {
      String heard = asked ? wishes.asked() : kept.asked();
      return new CaState(kept.signer(), new Next(maker.get(), now), kept.retired(), heard);
    }
    return kept;
  }

  private static CaState withoutEnded(CaState state, Instant now) {
    List<Retired> alive =
        state.retired().stream().filter(each -> each.until().isAfter(now)).toList();
    return alive.size() == state.retired().size()
        ? state
        : new CaState(state.signer(), state.next(), alive, state.asked());
  }

  private CaState withNext(CaState state, Next next, @Nullable Issuer given, Instant now) {
    if (given != null && !given.is(next.issuer())) {
      // Renewed again meanwhile. New roots begin to wait anew; the old wait is for nothing.
      boolean known = next.issuer().roots().containsAll(given.roots());
      Next other = new Next(given, known ? next.since() : now);
      return new CaState(state.signer(), other, state.retired(), state.asked());
    }
    if (now.isBefore(next.since().plus(times.overlap()))) {
      return state;
    }
    return replaced(state, next.issuer(), now);
  }

  private CaState follow(CaState state, Issuer given, Instant now) {
    if (state.signer().roots().containsAll(given.roots())) {
      return replaced(state, given, now);
    }
    if (state.retired().size() >= MAX_RETIRED) {
      return state;
    }
    return new CaState(state.signer(), new Next(given, now), state.retired(), state.asked());
  }

  private CaState replaced(CaState state, Issuer signer, Instant now) {
    List<Retired> retired = new ArrayList<>(state.retired());
    List<X509Certificate> old = new ArrayList<>(state.signer().roots());
    old.removeAll(signer.roots());
    if (!old.isEmpty()) {
      retired.add(new Retired(old, now.plus(times.longestLife()).plus(BEHIND)));
    }
    return new CaState(signer, null, retired, state.asked());
  }

  /** Also what somebody gave and gives no more: from now on it is up to us. */
  private boolean isOld(Issuer signer, Instant now) {
    X509Certificate certificate = signer.authority().certificate();
    boolean ours =
        certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
    return !ours || !now.isBefore(certificate.getNotBefore().toInstant().plus(times.renewAfter()));
  }
}
