// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of an authorization.
 *
 * @param match any one suffices; empty: every request
 * @param scopes that the caller must hold, all of them
 * @param when must be true; null: always. An error denies in a deny rule and does not allow in an
 *     allow rule
 * @param stepUp in an allow rule: what the caller's authentication must be, else it is told to
 *     authenticate so; null: any will do
 */
public record RuleSpec(
    String name,
    Effect effect,
    Mode mode,
    List<MatchSpec> match,
    List<String> scopes,
    @Nullable Expression when,
    @Nullable StepUpSpec stepUp) {

  /** What a rule that applies does. */
  public enum Effect {
    ALLOW,
    DENY
  }

  public RuleSpec {
    match = List.copyOf(match);
    scopes = List.copyOf(scopes);
  }
}
