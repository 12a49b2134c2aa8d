// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route gives up while the service behind it is overloaded, and who gives way first.
 *
 * @param latency what takes the service longer than this is slow; null: nothing is
 * @param tolerated percent of requests that may be slow or fail, 1 to 90
 * @param floor percent of the requests of each plan that are admitted always, 1 to 100
 * @param period how long is looked on between two changes
 * @param priority plans, that which degrades last first; callers of other plans and of none degrade
 *     before all of these
 */
public record OverloadSpec(
    PolicyRef source,
    Mode mode,
    @Nullable Duration latency,
    int tolerated,
    int floor,
    Duration period,
    List<String> priority) {
  /** Name of the rule that decisions name. */
  public static final String NAME = "overload";

  public OverloadSpec {
    priority = List.copyOf(priority);
  }
}
