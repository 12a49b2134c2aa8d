// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How strongly, and how lately, a caller must have authenticated with its issuer (RFC 9470). All
 * that is said must hold.
 *
 * @param acrValues of which claim {@code acr} must be one; empty: any
 * @param amr means that claim {@code amr} must all name; empty: none
 * @param maxAge since claim {@code auth_time}; null: any
 */
public record StepUpSpec(List<String> acrValues, List<String> amr, @Nullable Duration maxAge) {

  public StepUpSpec {
    acrValues = List.copyOf(acrValues);
    amr = List.copyOf(amr);
  }
}
