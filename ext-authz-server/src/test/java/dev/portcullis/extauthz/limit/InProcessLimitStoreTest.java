// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The store of a process. */
final class InProcessLimitStoreTest implements ExactLimitStoreKit {
  private static final LimitStore STORE = new InProcess(new InProcessQuotaStore(10_000));

  @Override
  public LimitStore store() {
    return STORE;
  }

  private record InProcess(InProcessQuotaStore counters) implements LimitStore {
    @Override
    public List<QuotaState> charge(ChargeId id, List<QuotaLine> lines, long now) {
      return counters.charge(id, lines, now);
    }

    @Override
    public void settle(ChargeId id, List<QuotaLine> lines, boolean successful, long now) {
      var _ = counters.settle(id, successful, now);
    }

    @Override
    public void renew(ChargeId id, List<QuotaLine> lines, long now) {
      counters.renew(id, now);
    }

    @Override
    public QuotaState look(QuotaLine line, long now) {
      return counters
          .peek(List.of(new QuotaLine(line.key(), line.meter(), 1, line.givenBack())), now)
          .getFirst();
    }

    @Override
    public Meter meter(Allowance allowance, @Nullable Duration maxDelay) throws Exception {
      return Meter.of(allowance, maxDelay);
    }
  }
}
