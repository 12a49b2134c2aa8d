// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What replicas should count together, and do not. */
final class StorelessLimitsTest {
  private static final Allowance DAILY = new Allowance.Quota(5, Period.DAY, ZoneOffset.UTC);
  private final StorelessLimits limits = new StorelessLimits();

  private static GuardedRoute route(String id, @Nullable Sharing sharing) {
    return Plans.limited(id, Plans.limit("daily", DAILY, sharing));
  }

  @Test
  void countsRoutesWhoseLimitsAreToBeShared() {
    Sharing sharing = new Sharing(null, OnStoreFailure.DENY);
    limits.look(List.of(route("shop/a/80", null), Plans.closed("shop/b/80")));
    assertThat(limits.routes()).isZero();
    limits.look(List.of(route("shop/a/80", null), route("shop/c/80", sharing)));
    assertThat(limits.routes()).isEqualTo(1);
    limits.look(List.of(route("shop/a/80", sharing), route("shop/c/80", sharing)));
    assertThat(limits.routes()).isEqualTo(2);
    limits.look(List.of());
    assertThat(limits.routes()).isZero();
  }
}
