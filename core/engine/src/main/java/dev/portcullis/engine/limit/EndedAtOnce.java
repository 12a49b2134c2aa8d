// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.port.QuotaStore;
import java.util.List;

/**
 * Counters of requests that nobody sends anywhere: each has ended when it is decided, and none was
 * a success.
 */
public record EndedAtOnce(QuotaStore counters) implements QuotaStore {

  @Override
  public List<QuotaState> charge(ChargeId id, List<QuotaLine> lines, long now) {
    List<QuotaState> states = counters.charge(id, lines, now);
    var _ = settle(id, false, now);
    return states;
  }

  @Override
  public List<QuotaState> peek(List<QuotaLine> lines, long now) {
    return counters.peek(lines, now);
  }

  @Override
  public boolean settle(ChargeId id, boolean successful, long now) {
    return counters.settle(id, successful, now);
  }

  @Override
  public void renew(ChargeId id, long now) {
    counters.renew(id, now);
  }
}
