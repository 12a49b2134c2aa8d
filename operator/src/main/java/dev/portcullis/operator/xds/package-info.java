// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Serves configuration over delta xDS: Envoy's own resources to proxies and plans to decision
 * services, by one implementation.
 *
 * <pre>
 *   NodeDirectory.publish(node, snapshot)
 *        |                                  one serial executor per stream
 *        v                                           |
 *   ConnectedNode --newest snapshot--&gt; DeltaStream --+--&gt; Subscription per type: what differs
 *        ^                                 |                  from what the client holds
 *        +------- acknowledged, rejected --+
 * </pre>
 *
 * <p>A stream holds no queue of updates: it keeps the newest snapshot and computes a delta when the
 * client can take one, so a slow client costs one snapshot reference.
 */
@NullMarked
package dev.portcullis.operator.xds;

import org.jspecify.annotations.NullMarked;
