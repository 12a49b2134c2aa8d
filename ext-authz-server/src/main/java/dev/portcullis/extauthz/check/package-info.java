// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Answers Envoy's external-authorization checks.
 *
 * <pre>
 *   AuthorizationService.check
 *     └─ CheckRequestReader   bytes ─▶ IncomingCheck: route and request
 *     └─ Engine.decide        ─▶ Decision
 *     └─ CheckResponseWriter  Decision ─▶ bytes: the only place where a CheckResponse is made
 *     └─ CheckObserver        counters, decision log
 * </pre>
 *
 * <p>Envoy takes an empty CheckResponse for a pass and a gRPC error for a failure of ours; so every
 * answer is gRPC OK with an explicit status, and whatever goes wrong is a 503.
 */
@NullMarked
package dev.portcullis.extauthz.check;

import org.jspecify.annotations.NullMarked;
