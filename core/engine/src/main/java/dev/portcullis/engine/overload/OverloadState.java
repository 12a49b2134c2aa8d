// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import dev.portcullis.policy.plan.OverloadSpec;
import java.util.List;

/**
 * What a route gives up at one moment.
 *
 * @param admitted permille of the requests of each class, that which gives way first first: those
 *     of plans without a place, then the plans of {@code spec} from the last to the first
 * @param reports that were heard since it was loaded
 */
public record OverloadState(OverloadSpec spec, List<Integer> admitted, long reports) {
  /** Name of the class of plans without a place: one that no plan can have. */
  public static final String OTHERS = "-";

  public OverloadState {
    admitted = List.copyOf(admitted);
  }

  /** Name of a class: its plan, or {@value #OTHERS}. */
  public String plan(int priority) {
    List<String> plans = spec.priority();
    return priority == 0 ? OTHERS : plans.get(plans.size() - priority);
  }
}
