// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * What this replica knows, and where it comes from: the operator's stream or a directory, and the
 * last good plan on disk.
 *
 * <pre>
 *   operator's stream ──▶ StreamedPlan ─┐
 *        disk at start ───────┘         ├─▶ PlanStore ─┬─▶ Engine (routes)
 *   directory ──▶ WatchedPlan ──────────┘      │       ├─▶ ApiKeyDirectory, SecretVault
 *                                              │       └─▶ RouteFacts (redaction, counters)
 *                                              └─▶ LastGoodPlan (disk)
 * </pre>
 *
 * <p>One thread, the plan thread, changes all of it; the request path only reads.
 */
@NullMarked
package dev.portcullis.extauthz.plan;

import org.jspecify.annotations.NullMarked;
