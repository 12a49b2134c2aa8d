// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import dev.portcullis.policy.decision.DenyReason;

/**
 * Why a request was refused.
 *
 * @param detail one sentence that clients may read; names no secret and no internals
 * @param cause more for operators: logs and explain only, never sent to clients; may be empty
 */
public record Refusal(DenyReason reason, RuleRef by, String detail, String cause) {}
