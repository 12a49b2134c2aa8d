// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import java.util.SortedSet;

/** What one proxy is for. Used by one thread. */
sealed interface Duty permits GatewayDuty, SidecarDuty {

  /** Takes the aim over; tells whether it means anything new for this proxy. */
  boolean changed(Aim aim);

  /** What the proxy should hold; only asked after something changed. */
  XdsSnapshot translate(Aim aim);

  /** The routes that it asks decisions for. */
  SortedSet<RouteId> serves();
}
