// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** No store. */
final class NoSharedQuotas implements SharedQuotas {
  private static final String ABSENCE = "no store is configured that replicas share";

  @Override
  public String absence() {
    return ABSENCE;
  }

  @Override
  public boolean countsTogether() {
    return false;
  }

  @Override
  public @Nullable QuotaState knownRefusal(QuotaLine line) {
    return null;
  }

  @Override
  public Answer.@Nullable Counted spend(List<Charge> charges) {
    return null;
  }

  @Override
  public Answer charge(List<Charge> charges, long now) {
    return new Answer.Unavailable(ABSENCE);
  }

  @Override
  public void refund(Charge charge, long now) {
    // Nothing was charged.
  }

  @Override
  public void settle(Reservation charge, boolean successful, long now) {
    // Nothing was charged.
  }

  @Override
  public void renew(Reservation charge, long now) {
    // Nothing was charged.
  }

  @Override
  public void uncounted() {
    // There is nobody else to count with.
  }

  @Override
  public int replicas() {
    return 1;
  }
}
