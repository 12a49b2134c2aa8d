// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.Sharing;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Meters of a limit that replicas count together. */
final class SharedMeter {
  private SharedMeter() {}

  /** Of a limit that holds nothing. */
  static Meter of(Allowance allowance) throws UnloadablePlanException {
    return of(allowance, null);
  }

  /** Of a limit that may hold requests. */
  static Meter of(Allowance allowance, @Nullable Duration maxDelay) throws UnloadablePlanException {
    return Meter.of(
        new LimitSpec(
            new PolicyRef("RateLimitPolicy", "shop", "orders"),
            "limit",
            Mode.ENFORCE,
            List.of(),
            List.of(),
            null,
            null,
            LimitSpec.Count.REQUESTS,
            allowance,
            new TreeMap<>(),
            LimitSpec.LimitPhase.RATE,
            new Sharing(null, Sharing.OnStoreFailure.LOCAL_SHARE),
            maxDelay),
        allowance);
  }
}
