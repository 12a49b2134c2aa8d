// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.SharedQuotas;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store that replicas share, in this process; it can be away. */
final class TestSharedQuotas implements SharedQuotas {
  final InProcessQuotaStore counters = new InProcessQuotaStore(1000);
  final List<List<Charge>> asked = new ArrayList<>();
  final List<ChargeId> refunded = new ArrayList<>();
  boolean away;
  boolean silent;
  boolean scattered;
  int replicas = 1;
  int uncounted;
  int leased;
  @Nullable QuotaState known;

  @Override
  public @Nullable String absence() {
    return away ? "it is away" : null;
  }

  @Override
  public boolean countsTogether() {
    return !scattered;
  }

  @Override
  public @Nullable QuotaState knownRefusal(QuotaLine line) {
    return known;
  }

  @Override
  public Answer.@Nullable Counted spend(List<Charge> charges) {
    if (leased == 0 || !charges.stream().allMatch(Charge::leased)) {
      return null;
    }
    leased--;
    return new Answer.Counted(
        charges.stream()
            .map(charge ->
                new Standing(
                    List.of(),
                    charge.charged().stream()
                        .map(_ -> new QuotaState(true, leased, 1, 0))
                        .toList()))
            .toList());
  }

  @Override
  public Answer charge(List<Charge> charges, long now) {
    asked.add(charges);
    if (silent) {
      return new Answer.Unavailable("no answer");
    }
    List<Standing> standings = new ArrayList<>();
    boolean firstIsMade = true;
    for (Charge charge : charges) {
      if (charge.dependent() && !firstIsMade) {
        standings.add(new Standing(List.of(), List.of()));
        continue;
      }
      List<QuotaState> peeked = counters.peek(charge.peeked(), now);
      boolean may = peeked.stream().allMatch(QuotaState::granted);
      List<QuotaState> states =
          may
              ? counters.charge(charge.id(), charge.charged(), now)
              : counters.peek(charge.charged(), now);
      standings.add(new Standing(peeked, states));
      if (standings.size() == 1) {
        firstIsMade = may && states.stream().allMatch(QuotaState::granted);
      }
    }
    return new Answer.Counted(standings);
  }

  @Override
  public void refund(Charge charge, long now) {
    refunded.add(charge.id());
    for (QuotaLine line : charge.charged()) {
      counters.giveBack(line, line.cost(), now);
    }
  }

  @Override
  public void settle(Reservation charge, boolean successful, long now) {
    var _ = counters.settle(charge.id(), successful, now);
  }

  @Override
  public void renew(Reservation charge, long now) {
    counters.renew(charge.id(), now);
  }

  @Override
  public void uncounted() {
    uncounted++;
  }

  @Override
  public int replicas() {
    return replicas;
  }
}
