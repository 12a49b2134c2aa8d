// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Brings what was compiled to decision services and proxies, in an order in which no request meets
 * a half-known route, and knows how far it got.
 *
 * <pre>
 *   informers --dirty--&gt; Signals --&gt; PolicyWorker (one thread)
 *                                       | read, compile
 *                                       v
 *                                    Rollout: plans -&gt; acknowledged -&gt; Envoy -&gt; acknowledged -&gt; prune
 *                                       | Progress
 *                                       v
 *                                    statuses
 * </pre>
 */
@NullMarked
package dev.portcullis.operator.rollout;

import org.jspecify.annotations.NullMarked;
