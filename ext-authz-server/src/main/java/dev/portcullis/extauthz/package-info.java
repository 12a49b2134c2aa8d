// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * The decision service: answers Envoy's checks by the plan, and keeps the plan current.
 *
 * <pre>
 *   Main ─ flags ─▶ ServerConfig ─▶ RunningServer
 *                                     ├─ PlanKeeper ──▶ Engine ◀── AuthorizationService ◀── Envoy
 *                                     ├─ DecisionServer (gRPC), AdminServer (HTTP)
 *                                     └─ Telemetry, DecisionLog, ServerMetrics
 * </pre>
 */
@NullMarked
package dev.portcullis.extauthz;

import org.jspecify.annotations.NullMarked;
