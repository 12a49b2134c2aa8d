// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import org.jspecify.annotations.Nullable;

/**
 * The place in a policy that decided.
 *
 * @param policy null: no policy, but the engine itself
 * @param rule name of the rule, limit, method or field; null: the policy as a whole
 */
public record RuleRef(Phase phase, @Nullable PolicyRef policy, @Nullable String rule) {}
