// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Decides requests by policy plans.
 *
 * <pre>
 *   Engine.decide(route id, RequestContext)
 *     └─ RouteProgram: one PhaseStep per phase of the route, in the order of Phase
 *          └─ Verdict: Allow | Deny | NotApplicable | Unavailable
 *     └─ Decision: allowed or refused, by which rule, with which headers
 * </pre>
 *
 * <p>Everything here is pure but for the ports of {@code engine.port}; a decision starts at denied
 * and an error never opens the gate.
 */
@NullMarked
package dev.portcullis.engine;

import org.jspecify.annotations.NullMarked;
