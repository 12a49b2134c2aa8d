// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import dev.portcullis.policy.decision.DenyReason;
import org.jspecify.annotations.Nullable;

/**
 * What something in shadow mode would have done.
 *
 * @param wouldDeny the reason it would have refused with; null: it would have allowed
 */
public record ShadowFinding(RuleRef by, @Nullable DenyReason wouldDeny) {}
