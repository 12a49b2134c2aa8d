// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Asks gates whether they hold, instead of taking their word for it.
 *
 * <pre>
 *   FleetPlan + Progress --&gt; Gates --&gt; Prober --&gt; GateProbe --TLS, GET--&gt; sidecar --&gt; decision service
 *                                        |  ^         |
 *                              GateState |  +---------+ ProbeOutcome
 *                                        v
 *                                  Enforced in statuses
 * </pre>
 */
@NullMarked
package dev.portcullis.operator.probe;

import org.jspecify.annotations.NullMarked;
