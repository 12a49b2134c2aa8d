// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The policy plan: what every guarded route demands, as immutable data.
 *
 * <p>The compiler writes it; the engine decides by it, the Envoy translator configures by it, and
 * status and the command line explain it. There is no other intermediate form.
 *
 * <pre>
 *   RoutePlan = GuardedRoute { request, authentication, authorization, limits, bot, audit }
 *             | ClosedRoute  { why nothing may pass }
 * </pre>
 */
@NullMarked
package dev.portcullis.policy.plan;

import org.jspecify.annotations.NullMarked;
